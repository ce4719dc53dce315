import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import { REVOCATIONS_TABLE } from "./environment.ts";
import { listen, type Running } from "./listen.ts";

/** The table of `serverless.yml`, at its usual stage. */
export const ORDERS_TABLE = "sallyport-dev-orders";

/** Credentials that name nobody: DynamoDB clients insist on some. */
export const NO_CREDENTIALS = { accessKeyId: "local", secretAccessKey: "local" };

/** Starts a DynamoDB in this process and creates the table; everything in it is forgotten with the process. */
export async function startDatabase(port: number): Promise<Running> {
  const running = await listen(dynalite({ createTableMs: 0 }), port);
  const client = new DynamoDBClient({ endpoint: `http://127.0.0.1:${port}`, region: "us-east-1", credentials: NO_CREDENTIALS });
  await createOrdersTable(client, ORDERS_TABLE);
  await createRevocationsTable(client, REVOCATIONS_TABLE);
  client.destroy();
  return running;
}

/** Creates a table of revocations like the one in `serverless.yml`, less its TTL: nothing here lives long enough. */
export async function createRevocationsTable(client: DynamoDBClient, name: string): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "target", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "target", KeyType: "HASH" }],
    }),
  );
}

/** Creates a table like the one in `serverless.yml`. */
export async function createOrdersTable(client: DynamoDBClient, name: string): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [
        { AttributeName: "owner", AttributeType: "S" },
        { AttributeName: "id", AttributeType: "S" },
      ],
      KeySchema: [
        { AttributeName: "owner", KeyType: "HASH" },
        { AttributeName: "id", KeyType: "RANGE" },
      ],
    }),
  );
}

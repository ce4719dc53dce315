import type { AddressInfo } from "node:net";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import { createRevocationsTable, NO_CREDENTIALS } from "../local/database.ts";
import { REVOCATIONS_TABLE } from "../local/environment.ts";

/** DynamoDB on loopback, with the tables of a key store and of revocations, both empty. */
export interface Database {
  /** What a process has to be told to find it. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): void;
}

export async function startDatabase(): Promise<Database> {
  const server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new DynamoDBClient({ endpoint, region: "local", credentials: NO_CREDENTIALS });
  await client.send(
    new CreateTableCommand({
      TableName: "keys",
      KeySchema: [{ AttributeName: "address", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "address", AttributeType: "S" }],
      BillingMode: "PAY_PER_REQUEST",
    }),
  );
  await createRevocationsTable(client, REVOCATIONS_TABLE);
  client.destroy();
  const environment = {
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_REGION: "local",
    AWS_ACCESS_KEY_ID: NO_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: NO_CREDENTIALS.secretAccessKey,
  };
  return { environment, stop: () => server.close() };
}

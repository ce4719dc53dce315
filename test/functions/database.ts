import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import { createOrdersTable, createRevocationsTable, NO_CREDENTIALS } from "../../local/database.ts";
import { REVOCATIONS_TABLE } from "../../local/environment.ts";

/** A DynamoDB in this process, with an empty orders table of this name and an empty table of revocations. */
export async function startDatabase(table: string) {
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new DynamoDBClient({ endpoint, region: "us-east-1", credentials: NO_CREDENTIALS });
  await createOrdersTable(client, table);
  await createRevocationsTable(client, REVOCATIONS_TABLE);
  const stop = async () => {
    client.destroy();
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  /** What a function has to be told to find both. */
  const environment: Readonly<Record<string, string>> = {
    ORDERS_TABLE: table,
    REVOCATIONS_TABLE,
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: NO_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: NO_CREDENTIALS.secretAccessKey,
  };
  return { client, environment, stop };
}

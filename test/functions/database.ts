import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import { createOrdersTable } from "../../local/database.ts";

/** A DynamoDB in this process with an empty orders table of this name. */
export async function startDatabase(table: string) {
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new DynamoDBClient({ endpoint, region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" } });
  await createOrdersTable(client, table);
  const stop = async () => {
    client.destroy();
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return { client, endpoint, stop };
}

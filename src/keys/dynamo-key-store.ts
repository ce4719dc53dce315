import { createHash } from "node:crypto";
import { isJsonObject, parseStrictJson } from "../json.ts";
import type { KeyStore, StoreAddress, StoredKeys } from "./key-store.ts";

/** The part of `DynamoDBDocumentClient` that is used. */
export interface DocumentClient {
  send(command: object): Promise<unknown>;
}

/** Where the key sets are kept. */
export interface DynamoKeyStoreOptions {
  /** A table with the partition key `address` (string); its TTL attribute, if any, is `removeAt`. */
  readonly table: string;
  readonly client: DocumentClient;
}

/** Seconds after its fetch when DynamoDB may delete a record. */
const RETENTION = 7 * 24 * 60 * 60;

/**
 * A key store in DynamoDB. A record names its issuer and address, the time of the fetch and the SHA-256 of the set, all of
 * which are checked on reading; an older set never replaces a newer one. The SDK is loaded at the first call only.
 */
export function dynamoKeyStore({ table, client }: DynamoKeyStoreOptions): KeyStore {
  return {
    async read(address) {
      const { GetCommand } = await import("@aws-sdk/lib-dynamodb");
      const answer = await client.send(new GetCommand({ TableName: table, Key: { address: partitionOf(address) } }));
      return readRecord(isJsonObject(answer) ? answer.Item : undefined, address);
    },
    async write(address, keys) {
      const { PutCommand } = await import("@aws-sdk/lib-dynamodb");
      const condition = {
        ConditionExpression: "attribute_not_exists(fetchedAt) OR fetchedAt < :fetchedAt",
        ExpressionAttributeValues: { ":fetchedAt": keys.fetchedAt },
      };
      const put = client.send(new PutCommand({ TableName: table, Item: writeRecord(address, keys), ...condition }));
      await put.catch((error: unknown) => {
        // A newer set is there: that is as good as having written.
        if (!(error instanceof Error && error.name === "ConditionalCheckFailedException")) throw error;
      });
    },
  };
}

function partitionOf({ issuer, url }: StoreAddress): string {
  return `${issuer}\n${url}`;
}

function writeRecord(address: StoreAddress, { keys, fetchedAt, freshFor }: StoredKeys): Record<string, string | number> {
  const document = JSON.stringify({ keys });
  const removeAt = Math.ceil(fetchedAt / 1_000) + RETENTION;
  return { address: partitionOf(address), ...address, document, hash: hashOf(document), fetchedAt, freshFor, removeAt };
}

function readRecord(record: unknown, { issuer, url }: StoreAddress): StoredKeys | null {
  if (!isJsonObject(record) || record.issuer !== issuer || record.url !== url) return null;
  const { document, hash, fetchedAt, freshFor } = record;
  if (typeof document !== "string" || typeof fetchedAt !== "number" || typeof freshFor !== "number") return null;
  if (hash !== hashOf(document)) return null;
  const { keys } = parseStrictJson(Buffer.from(document));
  return Array.isArray(keys) ? { keys, fetchedAt, freshFor } : null;
}

function hashOf(document: string): string {
  return createHash("sha256").update(document).digest("hex");
}

import { createHash } from "../node-crypto.ts";
import type { DocumentClient } from "../aws/document-client.ts";
import { lazyDynamo } from "../aws/dynamo.ts";
import { checkCall } from "../config/check-call.ts";
import { ownMembers } from "../config/check-values.ts";
import { isJsonObject, parseStrictJson } from "../json.ts";
import type { KeyStore, StoreAddress, StoredKeys } from "./key-store.ts";

/** Where the key sets are kept. */
export interface DynamoKeyStoreOptions {
  /** A table with the partition key `address` (string); its TTL attribute, if any, is `removeAt`. */
  readonly table: string;
  /** Default: a client of the function's own region and credentials, made at the first call. */
  readonly client?: DocumentClient;
}

/** Seconds after its fetch when DynamoDB may delete a record. */
const RETENTION = 7 * 24 * 60 * 60;
/** Milliseconds by which the clocks of two functions may differ. */
const CLOCK_DIFFERENCE = 5 * 60_000;

/** A key store that says where it is, so that the configuration can be checked. */
export interface DynamoKeyStore extends KeyStore {
  readonly table: string;
}

/**
 * A key store in DynamoDB. A record names its issuer and address, the time of the fetch and the SHA-256 of all of it, which are
 * checked on reading; an older set never replaces a newer one. The AWS SDK (`@aws-sdk/client-dynamodb` and
 * `@aws-sdk/lib-dynamodb`, peers to be installed beside this package) is loaded at the first call only.
 * @throws ConfigurationError
 */
export function dynamoKeyStore(options: DynamoKeyStoreOptions): DynamoKeyStore {
  checkCall("dynamoKeyStore", options, ["table", "client"], () => {});
  const { table, client: given } = ownMembers(options);
  const dynamo = lazyDynamo(given);
  return {
    table,
    async read(address) {
      const { client, GetCommand } = await dynamo();
      const answer = await client.send(new GetCommand({ TableName: table, Key: { address: partitionOf(address) } }));
      return readRecord(isJsonObject(answer) ? answer.Item : undefined, address);
    },
    async write(address, keys) {
      const { client, PutCommand } = await dynamo();
      const condition = {
        // A record from the future, which nobody reads, comes from a clock that was wrong: it must not stay until its time comes.
        ConditionExpression: "attribute_not_exists(fetchedAt) OR fetchedAt < :fetchedAt OR fetchedAt > :future",
        ExpressionAttributeValues: { ":fetchedAt": keys.fetchedAt, ":future": keys.fetchedAt + CLOCK_DIFFERENCE },
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
  const record = { ...address, document: JSON.stringify({ keys }), fetchedAt, freshFor };
  const removeAt = Math.ceil(fetchedAt / 1_000) + RETENTION;
  return { address: partitionOf(address), ...record, hash: hashOf(record), removeAt };
}

function readRecord(record: unknown, { issuer, url }: StoreAddress): StoredKeys | null {
  if (!isJsonObject(record) || record.issuer !== issuer || record.url !== url) return null;
  const { document, fetchedAt, freshFor } = record;
  if (typeof document !== "string" || typeof fetchedAt !== "number" || typeof freshFor !== "number") return null;
  if (record.hash !== hashOf({ issuer, url, document, fetchedAt, freshFor })) return null;
  const { keys } = parseStrictJson(Buffer.from(document));
  return Array.isArray(keys) ? { keys, fetchedAt, freshFor } : null;
}

function hashOf({ issuer, url, document, fetchedAt, freshFor }: HashedRecord): string {
  return createHash("sha256")
    .update(JSON.stringify([issuer, url, document, fetchedAt, freshFor]))
    .digest("hex");
}

/** Everything in a record that is believed. */
interface HashedRecord extends StoreAddress {
  readonly document: string;
  readonly fetchedAt: number;
  readonly freshFor: number;
}

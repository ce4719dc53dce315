import type { AddressInfo } from "node:net";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import dynalite from "dynalite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dynamoKeyStore } from "../../src/keys/dynamo-key-store.ts";
import type { KeyStore, StoredKeys } from "../../src/keys/key-store.ts";
import { HOUR, MINUTE, makeFinder, makeKey, makeProvider, outcome, query, SECOND, URL_A } from "./kit.ts";

const a = makeKey("a");
const b = makeKey("b");
const NOW = 1_800_000_000_000;
const stored = (keys: readonly unknown[], fetchedAt: number): StoredKeys => ({ keys, fetchedAt, freshFor: 10 * MINUTE });

/** A store in memory that counts. */
function makeStore(initial: StoredKeys | null = null) {
  const store = {
    held: initial,
    reads: 0,
    writes: 0,
    read: async () => {
      store.reads++;
      return store.held;
    },
    write: async (_address: unknown, keys: StoredKeys) => {
      store.writes++;
      store.held = keys;
    },
  };
  return store;
}

describe("a store", () => {
  it("serves a second sandbox without asking the issuer", async () => {
    const store = makeStore();
    const provider = makeProvider([a]);
    const first = makeFinder({ fetch: provider.fetch, store });
    const second = makeFinder({ fetch: provider.fetch, store });
    await first.keys.find(query("a"));
    await Promise.all([1, 2, 3].map(() => second.keys.find(query("a"))));
    expect(provider.fetches).toBe(1);
    expect([store.reads, store.writes]).toEqual([2, 1]);
  });

  it("is not read while memory or the snapshot holds keys", async () => {
    const store = makeStore();
    const provider = makeProvider([a]);
    const snapshot = { shop: { [URL_A]: { keys: [a.jwk], fetchedAt: NOW } } };
    const { keys, pass } = makeFinder({ fetch: provider.fetch, store, snapshot });
    await keys.find(query("a"));
    pass(HOUR);
    await keys.find(query("a"));
    expect([store.reads, store.writes]).toEqual([0, 1]);
  });

  it("does not stand between an unknown key id and the issuer", async () => {
    const store = makeStore(stored([a.jwk], NOW - 31 * SECOND));
    const provider = makeProvider([a, b]);
    const { keys } = makeFinder({ fetch: provider.fetch, store });
    expect(await outcome(keys.find(query("b")))).toBe("found");
  });

  it("serves stale keys only while the issuer fails, and only until maxStale", async () => {
    const store = makeStore(stored([a.jwk], NOW - HOUR));
    const provider = makeProvider();
    provider.fail();
    expect(await outcome(makeFinder({ fetch: provider.fetch, store }).keys.find(query("a")))).toBe("found");
    expect(await outcome(makeFinder({ fetch: provider.fetch, store, maxStale: HOUR - 1 }).keys.find(query("a")))).toBe("keys_unavailable");
    provider.publish(b);
    expect(await outcome(makeFinder({ fetch: provider.fetch, store }).keys.find(query("a")))).toBe("key_unknown");
  });

  it.each<[string, Partial<KeyStore>]>([
    ["throws", { read: () => Promise.reject(new Error("down")), write: () => Promise.reject(new Error("down")) }],
    [
      "throws at once",
      {
        read: () => {
          throw new Error("down");
        },
        write: () => {
          throw new Error("down");
        },
      },
    ],
    ["hangs", { read: () => new Promise(() => {}), write: () => new Promise(() => {}) }],
    ["holds a weak key", { read: async () => stored([{ ...b.jwk, use: "enc" }], NOW) }],
    ["holds no set", { read: async () => stored(null as never, NOW) }],
    ["is from the future", { read: async () => stored([b.jwk], NOW + 1) }],
    ["has no age", { read: async () => stored([b.jwk], Number.NaN) }],
  ])("that %s lets nobody in and keeps nobody out", async (_name, broken) => {
    const provider = makeProvider([a]);
    const { keys, pass } = makeFinder({ fetch: provider.fetch, store: { ...makeStore(), ...broken } });
    pass(0);
    expect(await outcome(keys.find(query("b")))).not.toBe("found");
    pass(30 * SECOND);
    expect(await outcome(keys.find(query("a")))).toBe("found");
  });

  it.each([1, Number.NaN])("whose record is dated %s from now is not used, not even in an outage", async (offset) => {
    const provider = makeProvider();
    provider.fail();
    const { keys } = makeFinder({ fetch: provider.fetch, store: makeStore(stored([a.jwk], NOW + offset)) });
    expect(await outcome(keys.find(query("a")))).toBe("keys_unavailable");
  });

  it("cannot make keys fresh for longer than a day", async () => {
    const store = makeStore({ ...stored([a.jwk], NOW - 24 * HOUR), freshFor: 1_000 * HOUR });
    const provider = makeProvider([b]);
    const { keys } = makeFinder({ fetch: provider.fetch, store });
    expect(await outcome(keys.find(query("a")))).toBe("key_unknown");
  });
});

describe("prepare", () => {
  it("fetches what the first token will need, once, and never throws", async () => {
    const provider = makeProvider([a]);
    const { keys } = makeFinder({ fetch: provider.fetch });
    const { issuer, location } = query("a");
    await Promise.all([keys.prepare(issuer, location), keys.find(query("a"))]);
    await keys.prepare(issuer, location);
    expect(provider.fetches).toBe(1);
    provider.fail();
    await keys.prepare("staff", location);
    expect(await outcome(keys.find(query("a", { issuer: "staff" })))).toBe("keys_unavailable");
    expect(provider.fetches).toBe(2);
  });
});

describe("the DynamoDB store", () => {
  const TABLE = "keys";
  const address = { issuer: "shop", url: URL_A };
  let database: ReturnType<typeof dynalite>;
  let client: DynamoDBDocumentClient;
  let store: KeyStore;

  beforeAll(async () => {
    database = dynalite({ createTableMs: 0 });
    await new Promise<void>((resolve) => database.listen(0, "127.0.0.1", () => resolve()));
    const endpoint = `http://127.0.0.1:${(database.address() as AddressInfo).port}`;
    const credentials = { accessKeyId: "local", secretAccessKey: "local" };
    client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, region: "local", credentials }));
    await client.send(
      new CreateTableCommand({
        TableName: TABLE,
        KeySchema: [{ AttributeName: "address", KeyType: "HASH" }],
        AttributeDefinitions: [{ AttributeName: "address", AttributeType: "S" }],
        BillingMode: "PAY_PER_REQUEST",
      }),
    );
    store = dynamoKeyStore({ table: TABLE, client });
  });
  afterAll(() => {
    client.destroy();
    database.close();
  });

  const itemOf = async () => {
    const { Item } = await client.send(new GetCommand({ TableName: TABLE, Key: { address: `shop\n${URL_A}` } }));
    return Item ?? {};
  };

  it("answers null where nothing was written", async () => {
    expect(await store.read({ issuer: "nobody", url: URL_A })).toBeNull();
  });

  it("reads what was written, and never lets an older set replace a newer one", async () => {
    await store.write(address, stored([a.jwk], NOW));
    expect(await store.read(address)).toEqual(stored([a.jwk], NOW));
    await store.write(address, stored([b.jwk], NOW - 1));
    await store.write(address, stored([b.jwk], NOW));
    expect((await store.read(address))?.keys).toEqual([a.jwk]);
    await store.write(address, stored([b.jwk], NOW + 1));
    expect((await store.read(address))?.keys).toEqual([b.jwk]);
    expect(await itemOf()).toMatchObject({ issuer: "shop", url: URL_A, removeAt: 1_800_604_801 });
  });

  it("reports other failures of a write", async () => {
    const missing = dynamoKeyStore({ table: "missing", client });
    await expect(missing.write(address, stored([a.jwk], NOW))).rejects.toThrow();
  });

  it.each([
    ["of another issuer", { issuer: "staff" }],
    ["of another address", { url: "https://evil.example/keys" }],
    ["whose set was altered", { document: JSON.stringify({ keys: [b.jwk, a.jwk] }) }],
    ["without a hash", { hash: null }],
    ["without an age", { fetchedAt: "yesterday" }],
  ])("does not believe a record %s", async (_name, change) => {
    await store.write(address, stored([a.jwk], NOW + HOUR));
    const item = await itemOf();
    await client.send(new PutCommand({ TableName: TABLE, Item: { ...item, ...change } }));
    expect(await store.read(address)).toBeNull();
    await client.send(new PutCommand({ TableName: TABLE, Item: item }));
    expect(await store.read(address)).not.toBeNull();
  });

  it("carries keys from one sandbox to the next", async () => {
    const provider = makeProvider([a]);
    const other = "https://id.example/shared";
    const ask = query("a", { location: { kind: "jwks", url: other } });
    await makeFinder({ fetch: provider.fetch, store }).keys.find(ask);
    provider.fail();
    expect(await outcome(makeFinder({ fetch: provider.fetch, store }).keys.find(ask))).toBe("found");
    expect(provider.fetches).toBe(1);
  });
});

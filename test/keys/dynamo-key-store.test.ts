import type { AddressInfo } from "node:net";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import dynalite from "dynalite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createVerifier, defineGateway, dynamoKeyStore, type KeyStore, oidc, type StoredKeys } from "../../src/index.ts";
import { createTestTokens } from "../../src/testing/index.ts";
import { HOUR, MINUTE, makeFinder, makeKey, makeProvider, outcome, query, URL_A } from "./kit.ts";

const TABLE = "keys";
const a = makeKey("a");
const b = makeKey("b");
const NOW = 1_800_000_000_000;
const stored = (keys: readonly unknown[], fetchedAt: number): StoredKeys => ({ keys, fetchedAt, freshFor: 10 * MINUTE });

describe("the DynamoDB store", () => {
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
    ["made to look newer", { fetchedAt: NOW + 2 * HOUR }],
    ["made to stay fresh", { freshFor: 24 * HOUR }],
    ["whose set is no text", { document: 7 }],
  ])("does not believe a record %s", async (_name, change) => {
    await store.write(address, stored([a.jwk], NOW + HOUR));
    const item = await itemOf();
    await client.send(new PutCommand({ TableName: TABLE, Item: { ...item, ...change } }));
    expect(await store.read(address)).toBeNull();
    await client.send(new PutCommand({ TableName: TABLE, Item: item }));
    expect(await store.read(address)).not.toBeNull();
  });

  it("does not believe a good record that was copied to another address", async () => {
    await store.write(address, stored([a.jwk], NOW + HOUR));
    const other = { issuer: "staff", url: URL_A };
    await client.send(new PutCommand({ TableName: TABLE, Item: { ...(await itemOf()), address: `staff\n${URL_A}` } }));
    expect(await store.read(other)).toBeNull();
  });

  it("keeps the newest of sets written at once, in whatever order they arrive", async () => {
    const raced = { issuer: "raced", url: URL_A };
    const order = [3, 9, 1, 7, 5, 10, 2, 8, 4, 6];
    await Promise.all(order.map((age) => store.write(raced, stored([a.jwk], NOW + age))));
    expect((await store.read(raced))?.fetchedAt).toBe(NOW + 10);
  });

  it("replaces a record from the future, which nobody would read until its time comes", async () => {
    const ahead = { issuer: "ahead", url: URL_A };
    await store.write(ahead, stored([b.jwk], NOW + HOUR));
    await store.write(ahead, stored([a.jwk], NOW));
    expect((await store.read(ahead))?.keys).toEqual([a.jwk]);
  });

  it("that is down keeps nobody out and is given up at once", async () => {
    const down = dynamoKeyStore({ table: TABLE, client: { send: () => Promise.reject(new Error("ECONNREFUSED secret")) } });
    const provider = makeProvider([a]);
    expect(await outcome(makeFinder({ fetch: provider.fetch, store: down }).keys.find(query("a")))).toBe("found");
    expect(provider.fetches).toBe(1);
    provider.fail();
    expect(await outcome(makeFinder({ fetch: provider.fetch, store: down }).keys.find(query("a")))).toBe("keys_unavailable");
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

  it("of the configuration serves a cold sandbox whose issuer is down", async () => {
    const gateway = defineGateway({
      issuers: { shop: oidc({ issuer: "https://shop.example", audience: "api", jwksUri: "https://shop.example/keys" }) },
      routes: { "GET /": "authenticated" },
      keys: { store },
    });
    const { jwks, sign } = await createTestTokens(gateway);
    const token = await sign("shop", { claims: { aud: "api", sub: "user-1", client_id: "web" } });
    let isDown = false;
    const fetch = async () => (isDown ? new Response("", { status: 500 }) : Response.json(jwks["shop"]));
    expect(await outcome(createVerifier(gateway, { fetch }).verify(token))).toBe("found");
    isDown = true;
    expect(await outcome(createVerifier(gateway, { fetch }).verify(token))).toBe("found");
  });
});

it.each([undefined, null, "keys", []])("called with %j instead of options, says which function was", (options) => {
  expect(() => dynamoKeyStore(options as never)).toThrow(/\n {2}dynamoKeyStore: the options are /);
});

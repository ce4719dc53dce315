import { createHash } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import { dynamoKeyStore } from "../../src/index.ts";
import { discovered } from "../../src/keys/discovery.ts";
import { createShelf, type StoredKeys } from "../../src/keys/key-store.ts";
import { createKeys, type KeySnapshot } from "../../src/keys/create-keys.ts";
import { at, HOUR, makeFinder, makeKey, makeProvider, MINUTE, outcome, query, URL_A } from "./kit.ts";

const a = makeKey("a");
const b = makeKey("b");
const NOW = 1_800_000_000_000;
const [ADDRESS, DAY] = [{ issuer: "shop", url: URL_A }, 24 * HOUR];

describe("a record of the DynamoDB store", () => {
  const stored: StoredKeys = { keys: [a.jwk], fetchedAt: NOW - 999, freshFor: 10 * MINUTE };

  function make() {
    const sent: [name: string, input: Record<string, unknown>][] = [];
    const state: { answer: unknown } = { answer: {} };
    const send = async (command: object) => {
      sent.push([command.constructor.name, (command as { readonly input: Record<string, unknown> }).input]);
      return state.answer instanceof Error ? Promise.reject(state.answer) : state.answer;
    };
    return { sent, state, store: dynamoKeyStore({ table: "keys", client: { send } }) };
  }

  async function written() {
    const { sent, store } = make();
    await store.write(ADDRESS, stored);
    return sent[0]?.[1]["Item"] as Record<string, unknown>;
  }

  it("says where it is, and is written on a condition", async () => {
    const { sent, store } = make();
    expect(store.table).toBe("keys");
    await store.write(ADDRESS, stored);
    expect(sent).toEqual([
      [
        "PutCommand",
        {
          TableName: "keys",
          Item: {
            address: `shop\n${URL_A}`,
            ...ADDRESS,
            document: JSON.stringify({ keys: [a.jwk] }),
            fetchedAt: NOW - 999,
            freshFor: 10 * MINUTE,
            hash: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
            removeAt: NOW / 1_000 + 7 * 24 * 3_600,
          },
          ConditionExpression: "attribute_not_exists(fetchedAt) OR fetchedAt < :fetchedAt OR fetchedAt > :future",
          ExpressionAttributeValues: { ":fetchedAt": NOW - 999, ":future": NOW - 999 + 5 * MINUTE },
        },
      ],
    ]);
  });

  it("is read by its address, and believed as it was written", async () => {
    const { sent, state, store } = make();
    state.answer = { Item: await written() };
    expect(await store.read(ADDRESS)).toEqual(stored);
    expect(sent).toEqual([["GetCommand", { TableName: "keys", Key: { address: `shop\n${URL_A}` } }]]);
  });

  it.each<[string, object]>([
    ["of another issuer", { issuer: "staff" }],
    ["of another address", { url: "https://other.example" }],
    ["with another set", { document: '{"keys":[]}' }],
    ["of another time", { fetchedAt: NOW }],
    ["that is fresh for longer", { freshFor: DAY }],
    ["without a time", { fetchedAt: undefined }],
    ["without freshness", { freshFor: undefined }],
    ["without a set", { document: undefined }],
    ["without its hash", { hash: undefined }],
  ])("is none %s", async (_what, changes) => {
    const { state, store } = make();
    state.answer = { Item: { ...(await written()), ...changes } };
    expect(await store.read(ADDRESS)).toBeNull();
  });

  it.each<[string, object, StoredKeys | null]>([
    ["as it should be", {}, stored],
    ["a set that is no text", { document: 7 }, null],
    ["a time that is text", { fetchedAt: `${NOW}` }, null],
    ["freshness that is text", { freshFor: "600000" }, null],
  ])("with the right hash, but %s", async (_what, changes, expected) => {
    const { state, store } = make();
    const { issuer, url, document, fetchedAt, freshFor } = { ...(await written()), ...changes } as Record<string, unknown>;
    const hash = createHash("sha256").update(JSON.stringify([issuer, url, document, fetchedAt, freshFor]));
    state.answer = { Item: { issuer, url, document, fetchedAt, freshFor, hash: hash.digest("hex") } };
    expect(await store.read(ADDRESS)).toEqual(expected);
  });

  it.each([undefined, null, 7, [], {}])("is none in the answer %j", async (answer) => {
    const { state, store } = make();
    state.answer = answer;
    expect(await store.read(ADDRESS)).toBeNull();
  });

  it("is as good as written where a newer one is there, and not where the table is missing", async () => {
    const { state, store } = make();
    state.answer = Object.assign(new Error("no"), { name: "ConditionalCheckFailedException" });
    await expect(store.write(ADDRESS, stored)).resolves.toBeUndefined();
    state.answer = Object.assign(new Error("no"), { name: "ResourceNotFoundException" });
    await expect(store.write(ADDRESS, stored)).rejects.toThrow("no");
  });
});

describe("a shelf", () => {
  const recall = async (read: () => Promise<StoredKeys | null>) => {
    const taken: unknown[] = [];
    await createShelf({ read, write: async () => {} }, ADDRESS).recall(NOW, ({ jwks, fetchedAt, freshFor }) =>
      taken.push([jwks, fetchedAt, freshFor]),
    );
    return taken;
  };

  it("hands over what is stored, fresh for a day at most, and nothing from the future", async () => {
    const stored = { keys: [a.jwk], fetchedAt: NOW, freshFor: DAY };
    expect(await recall(async () => stored)).toEqual([[[a.jwk], NOW, DAY]]);
    expect(await recall(async () => ({ ...stored, freshFor: DAY + 1 }))).toEqual([[[a.jwk], NOW, DAY]]);
    expect(await recall(async () => ({ ...stored, fetchedAt: NOW + 1 }))).toEqual([]);
    expect(await recall(async () => null)).toEqual([]);
    expect(await recall(async () => Promise.reject(new Error("down")))).toEqual([]);
  });

  it("saves the set as it was published, and is waited for half a second at most", async () => {
    vi.useFakeTimers();
    const written: unknown[] = [];
    const write = async (...what: unknown[]) => {
      written.push(what);
      return new Promise<void>(() => {});
    };
    let isDone = false;
    const loaded = { keys: new Map(), jwks: [a.jwk], fetchedAt: 1, freshFor: 2 };
    const saving = createShelf({ read: async () => null, write }, ADDRESS)
      .save(loaded)
      .then(() => (isDone = true));
    await vi.advanceTimersByTimeAsync(499);
    expect([isDone, written]).toEqual([false, [[ADDRESS, { keys: [a.jwk], fetchedAt: 1, freshFor: 2 }]]]);
    await vi.advanceTimersByTimeAsync(1);
    await saving;
    vi.useRealTimers();
  });
});

describe("a finder", () => {
  it("reads from the store, and writes to it, by the issuer's name and the address of its keys", async () => {
    const addresses: unknown[] = [];
    const store = {
      read: async (address: unknown) => (addresses.push(address), null),
      write: async (address: unknown) => void addresses.push(address),
    };
    await makeFinder({ fetch: makeProvider([a]).fetch, store }).keys.find(query("a"));
    expect(addresses).toEqual([ADDRESS, ADDRESS]);
  });

  it("pauses after a failure for a time that chance lengthens, by a fifth at most", async () => {
    const random = vi.spyOn(Math, "random").mockReturnValue(1);
    const time = { now: NOW };
    const provider = makeProvider();
    provider.fail();
    const keys = createKeys({ clock: () => time.now, fetch: provider.fetch });
    const fetchesAt = async (now: number) => {
      time.now = now;
      await outcome(keys.find(query("a")));
      return provider.fetches;
    };
    expect([await fetchesAt(NOW), await fetchesAt(NOW + 5_999), await fetchesAt(NOW + 6_000)]).toEqual([1, 1, 2]);
    random.mockRestore();
  });

  it("waits two seconds for a replacement and no longer, while others wait for the issuer", async () => {
    vi.useFakeTimers();
    const issuer = "https://id.example";
    const site = { isHanging: false, page: () => Response.json({ issuer, jwks_uri: URL_A }) };
    const slow = async () => new Promise<Response>((resolve) => setTimeout(() => resolve(site.page()), 1_400));
    const late = async (url: string) => (url === URL_A ? new Promise<never>(() => {}) : slow());
    const quick = async (url: string) => (url === URL_A ? Response.json({ keys: [a.jwk] }) : site.page());
    const { keys, pass } = makeFinder({ fetch: async (url) => (site.isHanging ? late(url) : quick(url)) });
    const ask = query("a", { location: discovered(`${issuer}/discovery`, issuer) });
    const failed = await keys.find(ask);
    pass(10 * MINUTE);
    site.isHanging = true;
    const answers: unknown[] = [];
    const waiting = outcome(keys.find({ ...ask, kid: "b" })).then((code) => answers.push(code));
    const replacing = keys.findReplacement(ask, failed).then((key) => answers.push(key));
    await vi.advanceTimersByTimeAsync(1_999);
    expect(answers).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(answers).toEqual([null]);
    await vi.advanceTimersByTimeAsync(1_000);
    await Promise.all([waiting, replacing]);
    expect(answers).toEqual([null, "keys_unavailable"]);
    vi.useRealTimers();
  });

  it("keeps the addresses of one issuer apart by what is published there", async () => {
    const provider = makeProvider([a]);
    const { keys } = makeFinder({ fetch: provider.fetch });
    await keys.find(query("a"));
    await keys.find(query("a", { location: at(URL_A) }));
    expect(provider.fetches).toBe(1);
    const documentOf = (issuer: string) => query("a", { location: discovered(URL_A, issuer) });
    await outcome(keys.find(documentOf("https://one.example")));
    await outcome(keys.find(documentOf("https://one.example")));
    await outcome(keys.find(documentOf("https://two.example")));
    expect(provider.fetches).toBe(3);
  });

  it("answers at once what a fixed set holds, once it was read, and never fetches early", async () => {
    const { keys } = makeFinder({ jwks: { shop: { keys: [a.jwk] } } });
    expect(keys.peek(query("a"))).toBeNull();
    await keys.find(query("a"));
    expect(keys.peek(query("a"))?.key.equals(a.publicKey)).toBe(true);
    expect(keys.peek(query("a", { algorithm: "RS256" }))).toBeNull();
    await expect(keys.prepare("shop", at(URL_A))).resolves.toBeUndefined();
    for (const issuer of ["shop", "nobody"]) expect(keys.holds(issuer, at(URL_A))).toBe(true);
  });

  it.each([
    ["just young enough", DAY - 1, "found"],
    ["a millisecond too old", DAY, "keys_unavailable"],
  ])("takes a snapshot that is %s", async (_what, age, expected) => {
    const provider = makeProvider([b]);
    provider.fail();
    const snapshot = { shop: { [URL_A]: { keys: [a.jwk], fetchedAt: NOW - age } } };
    const { keys } = makeFinder({ fetch: provider.fetch, snapshot });
    expect(await outcome(keys.find(query("a")))).toBe(expected);
    expect(provider.fetches).toBe(expected === "found" ? 0 : 1);
  });

  it.each<[string, unknown]>([
    ["is null", null],
    ["is null for its issuer", { shop: null }],
    ["is null for its address", { shop: { [URL_A]: null } }],
    ["is text there", { shop: { [URL_A]: "keys" } }],
    ["holds no keys", { shop: { [URL_A]: { fetchedAt: NOW } } }],
    ["holds keys that are no objects", { shop: { [URL_A]: { keys: ["key"], fetchedAt: NOW } } }],
    ["holds no usable key", { shop: { [URL_A]: { keys: [{ kty: "oct", kid: "a", k: "AAAA" }], fetchedAt: NOW } } }],
    ["has no time", { shop: { [URL_A]: { keys: [a.jwk] } } }],
    ["is inherited", Object.create({ shop: { [URL_A]: { keys: [a.jwk], fetchedAt: NOW } } })],
  ])("asks the issuer where the snapshot %s", async (_what, snapshot) => {
    const provider = makeProvider([a]);
    const { keys } = makeFinder({ fetch: provider.fetch, snapshot: snapshot as KeySnapshot });
    expect([await outcome(keys.find(query("a"))), provider.fetches]).toEqual(["found", 1]);
  });

  it("serves a snapshot for a minute before it asks", async () => {
    const provider = makeProvider([b]);
    const { keys, pass } = makeFinder({ fetch: provider.fetch, snapshot: { shop: { [URL_A]: { keys: [a.jwk], fetchedAt: NOW - HOUR } } } });
    pass(0);
    await keys.find(query("a"));
    pass(MINUTE - 1);
    expect([await outcome(keys.find(query("a"))), provider.fetches]).toEqual(["found", 0]);
    pass(1);
    expect([await outcome(keys.find(query("a"))), provider.fetches]).toEqual(["key_unknown", 1]);
  });
});

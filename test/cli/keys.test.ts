import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { makeKey, type TestKey } from "../keys/kit.ts";
import { makeProject, sallyport, serveKeys, writeConfig } from "../keys/pin-kit.ts";

const CONFIG = ["--config", "gateway.mjs"];
const closers: (() => void)[] = [];
const [a, b] = [makeKey("a"), makeKey("b")];

async function issuer(...keys: readonly TestKey[]) {
  const server = await serveKeys(...keys);
  closers.push(server.close);
  return server;
}

type Snapshot = Record<string, Record<string, { fetchedAt: number; keys: Record<string, unknown>[] }>>;
const read = async (folder: string) => JSON.parse(await readFile(join(folder, "keys.snapshot.json"), "utf8")) as Snapshot;

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

describe("keys pin", () => {
  it("writes usable keys only, their public members only, by key id", async () => {
    const shop = await issuer();
    const secret = { ...b.privateKey.export({ format: "jwk" }), kid: "secret", alg: "ES256" };
    const encryption = { ...b.jwk, kid: "encryption", use: "enc" };
    shop.state.body = JSON.stringify({ keys: [{ ...b.jwk, note: "x" }, secret, a.jwk, encryption, a.jwk] });
    const folder = await makeProject({ shop: shop.url });
    const before = Date.now();
    expect(await sallyport(folder, "pin", ...CONFIG)).toMatchObject({ code: 0, stdout: `shop: 2 keys from ${shop.url}\n` });
    const pinned = (await read(folder))["shop"]?.[shop.url];
    expect(pinned?.keys).toEqual([a.jwk, b.jwk]);
    expect(pinned?.fetchedAt).toBeGreaterThanOrEqual(before);
  });

  it("names an issuer that fails, keeps its previous entry, and pins the others", async () => {
    const [shop, bank] = [await issuer(a), await issuer(a)];
    const folder = await makeProject({ shop: shop.url, bank: bank.url });
    await sallyport(folder, "pin", ...CONFIG);
    const first = await read(folder);
    shop.state.body = "<html>down</html>";
    bank.publish(b);
    const { code, stderr } = await sallyport(folder, "pin", ...CONFIG);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^shop: the keys could not be fetched .* stay pinned\.\n$/),
    });
    const second = await read(folder);
    expect(second["shop"]).toEqual(first["shop"]);
    expect(second["bank"]?.[bank.url]?.keys).toEqual([b.jwk]);
  });

  it("writes nothing where nothing could be fetched", async () => {
    const shop = await issuer();
    const folder = await makeProject({ shop: shop.url });
    expect(await sallyport(folder, "pin", ...CONFIG)).toMatchObject({ code: 1, stderr: expect.stringContaining("none are pinned") });
    await expect(read(folder)).rejects.toThrow("ENOENT");
  });

  it("that is lenient names an issuer that fails, and succeeds", async () => {
    const [shop, bank] = [await issuer(a), await issuer()];
    const folder = await makeProject({ shop: shop.url, bank: bank.url });
    const { code, stderr } = await sallyport(folder, "pin", "--lenient", ...CONFIG);
    expect({ code, stderr }).toEqual({ code: 0, stderr: `bank: the keys could not be fetched from ${bank.url}; none are pinned.\n` });
    expect(Object.keys(await read(folder))).toEqual(["shop"]);
  });

  it("that is lenient still fails on a configuration that cannot be used", async () => {
    const folder = await makeProject({});
    expect(await sallyport(folder, "pin", "--lenient", ...CONFIG)).toMatchObject({ code: 1, stderr: expect.stringContaining("issuers") });
  });

  it("refuses an option it does not have", async () => {
    const folder = await makeProject({ shop: "http://127.0.0.1:1/" });
    expect(await sallyport(folder, "pin", "--output", "x")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("no option --output"),
    });
  });
});

it("keys list shows issuer, key id, algorithm, age and source", async () => {
  const folder = await makeProject({ shop: "http://127.0.0.1:1/" });
  const fetchedAt = Date.now() - 3 * 3_600_000 - 1_000;
  await writeFile(
    join(folder, "keys.snapshot.json"),
    JSON.stringify({ shop: { "https://id.example/keys": { fetchedAt, keys: [a.jwk] } } }),
  );
  const { code, stdout } = await sallyport(folder, "list");
  expect({
    code,
    rows: stdout
      .trim()
      .split("\n")
      .map((line) => line.split(/\s+/)),
  }).toEqual({
    code: 0,
    rows: [
      ["issuer", "kid", "algorithm", "age", "source"],
      ["shop", '"a"', "ES256", "3h", "https://id.example/keys"],
    ],
  });
});

it.each(["list", "check"])("keys %s says so when there is no snapshot", async (command) => {
  const folder = await makeProject({ shop: "http://127.0.0.1:1/" });
  const { code, stderr } = await sallyport(folder, command, ...(command === "check" ? CONFIG : []));
  expect({ code, stderr }).toEqual({ code: 1, stderr: "sallyport: there is no keys.snapshot.json. Write it with sallyport keys pin.\n" });
});

describe("keys check", () => {
  async function pinned() {
    const shop = await issuer(a);
    const folder = await makeProject({ shop: shop.url });
    await sallyport(folder, "pin", ...CONFIG);
    return { shop, folder };
  }
  const check = async (folder: string) => {
    const { code, stderr } = await sallyport(folder, "check", ...CONFIG);
    return [code, stderr];
  };

  it("is content while the issuer publishes what is pinned", async () => {
    expect(await check((await pinned()).folder)).toEqual([0, ""]);
  });

  it("reports new, withdrawn and changed keys", async () => {
    const { shop, folder } = await pinned();
    shop.publish(b);
    expect(await check(folder)).toEqual([1, 'shop: "a" was withdrawn\nshop: "b" is new\n']);
    shop.publish(makeKey("a"));
    expect(await check(folder)).toEqual([1, 'shop: "a" has changed\n']);
  });

  it("reports an issuer that fails, locations that came or went, and keys too old to be used", async () => {
    const { shop, folder } = await pinned();
    const bank = await issuer(a);
    await writeConfig(folder, { bank: bank.url });
    expect(await check(folder)).toEqual([1, `shop: ${shop.url} is pinned and not in the configuration\nbank: ${bank.url} is not pinned\n`]);
    await writeConfig(folder, { shop: shop.url });
    const old = { shop: { [shop.url]: { keys: [a.jwk], fetchedAt: Date.now() - 25 * 3_600_000 } } };
    await writeFile(join(folder, "keys.snapshot.json"), JSON.stringify(old));
    expect(await check(folder)).toEqual([1, "shop: the pinned keys are older than maxStale: a cold start does not use them\n"]);
    shop.state.body = "{}";
    expect(await check(folder)).toEqual([1, `shop: the keys could not be fetched from ${shop.url}\n`]);
  });
});

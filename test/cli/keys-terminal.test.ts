import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { makeKey } from "../keys/kit.ts";
import { makeProject, sallyport, serveKeys } from "../keys/pin-kit.ts";

const CONFIG = ["--config", "gateway.mjs"];
const FILE = "keys.snapshot.json";
/** A key id that colours what follows, begins a line of its own, and looks like two columns there; turned round at its end. */
const STEERING = "e\u001b[31mRED\nshop  faked\u202e";
const SHOWN = String.raw`"e\u001b[31mRED\nshop  faked\u{202e}"`;

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

describe("a key id that steers a terminal", () => {
  async function pinned() {
    const shop = await serveKeys(makeKey(STEERING));
    closers.push(shop.close);
    const folder = await makeProject({ shop: shop.url });
    expect(await sallyport(folder, "pin", ...CONFIG)).toEqual({ code: 0, stdout: `shop: 1 key from ${shop.url}\n`, stderr: "" });
    return { shop, folder };
  }

  it("is quoted by keys list, in its one row", async () => {
    const { shop, folder } = await pinned();
    const { code, stdout } = await sallyport(folder, "list");
    const rows = stdout.split("\n");
    expect([code, rows[1], rows.slice(2)]).toEqual([0, `shop    ${SHOWN}  ES256      0m   ${shop.url}`, [""]]);
    expect(rows[0]).toBe(`issuer  kid${" ".repeat(SHOWN.length - 3)}  algorithm  age  source`);
  });

  it("is quoted by keys check, in its one line, whether it is new, changed or gone", async () => {
    const { shop, folder } = await pinned();
    shop.publish(makeKey(STEERING));
    expect(await sallyport(folder, "check", ...CONFIG)).toMatchObject({ code: 1, stderr: `shop: ${SHOWN} has changed\n` });
    shop.publish(makeKey("a"));
    const gone = `shop: ${SHOWN} was withdrawn\nshop: "a" is new\n`;
    expect(await sallyport(folder, "check", ...CONFIG)).toMatchObject({ code: 1, stderr: gone });
  });

  it("steers no more where an issuer's name or an address of the file does", async () => {
    const folder = await makeProject({ shop: "http://127.0.0.1:1/" });
    const pins = { "https://id.example/\u009b2Jkeys": { fetchedAt: Date.now(), keys: [makeKey("a").jwk] } };
    await writeFile(join(folder, FILE), JSON.stringify({ "x\u2028y": pins }));
    const { stdout } = await sallyport(folder, "list");
    expect(stdout.split("\n").slice(1)).toEqual([String.raw`x\u{2028}y  "a"  ES256      0m   https://id.example/\u{9b}2Jkeys`, ""]);
    const { stderr } = await sallyport(folder, "check", ...CONFIG);
    expect(stderr).toContain(String.raw`x\u{2028}y: https://id.example/\u{9b}2Jkeys is pinned and not in the configuration` + "\n");
  });
});

describe("a configuration whose issuers publish no key set", () => {
  const NOTHING = expect.stringMatching(/^There is nothing to pin: no issuer publishes a key set\. .+\n$/) as unknown;

  async function project() {
    const folder = await makeProject({ shop: "http://127.0.0.1:1/" });
    const library = new URL("../../src/index.ts", import.meta.url).href;
    const balancer = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/0123456789abcdef";
    const options = { loadBalancers: [balancer], issuer: "https://id.example", clientIds: ["web"] };
    const text = `import { albOidc, defineGateway } from ${JSON.stringify(library)};
export default defineGateway({ issuers: { door: albOidc(${JSON.stringify(options)}) }, routes: { "GET /orders": "authenticated" } });\n`;
    await writeFile(join(folder, "gateway.mjs"), text);
    return folder;
  }

  it.each(["pin", "pin --lenient", "check"])("has nothing to pin, which keys %s says", async (command) => {
    const folder = await project();
    expect(await sallyport(folder, ...command.split(" "), ...CONFIG)).toEqual({ code: 0, stdout: NOTHING, stderr: "" });
    await expect(readFile(join(folder, FILE))).rejects.toThrow("ENOENT");
  });

  it.each(["{}", "no snapshot"])("has no use for the file of an earlier one: %s", async (text) => {
    const folder = await project();
    await writeFile(join(folder, FILE), text);
    const removal = `Delete ${FILE}: nothing in it is used.\n`;
    const { code, stdout } = await sallyport(folder, "pin", ...CONFIG);
    expect([code, stdout.endsWith(removal)]).toEqual([0, true]);
    expect(await sallyport(folder, "check", ...CONFIG)).toEqual({ code: 1, stdout: NOTHING, stderr: removal });
    expect(await readFile(join(folder, FILE), "utf8")).toBe(text);
  });
});

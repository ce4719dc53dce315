import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Jwk, openDoor } from "./fault-kit.ts";
import { makeKey, MINUTE, serve } from "./kit.ts";

const KID = "test-shop";
const [own, other] = [makeKey(KID), makeKey("other")];
const weak = generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey.export({ format: "jwk" });
const privateJwk = own.privateKey.export({ format: "jwk" });

/** What the issuer publishes in place of its set `[good]`, and what becomes of a token signed with the good key. */
const FAULTS: Readonly<Record<string, readonly [(good: Jwk) => readonly unknown[], "allowed" | "keys_unavailable" | "Unauthorized"]>> = {
  "the good key alone": [(good) => [good], "allowed"],
  "a bad key among good ones": [(good) => [{ kty: "RSA", n: "AQAB", e: "AQAB", kid: "bad" }, good, other.jwk], "allowed"],
  "the good key twice": [(good) => [good, good], "allowed"],
  "two keys under one id": [(good) => [good, { ...own.jwk, kid: good["kid"] }, other.jwk], "Unauthorized"],
  "two keys under one id and nothing else": [(good) => [good, { ...own.jwk, kid: good["kid"] }], "keys_unavailable"],
  "a weak key": [(good) => [{ ...weak, kid: good["kid"] }], "keys_unavailable"],
  "a private key": [(good) => [{ ...privateJwk, kid: good["kid"] }], "keys_unavailable"],
  "a symmetric key": [(good) => [{ kty: "oct", k: "c2VjcmV0", kid: good["kid"], alg: "HS256" }], "keys_unavailable"],
  "an encryption key": [(good) => [{ ...good, use: "enc" }], "keys_unavailable"],
  "the good key for encryption, beside another": [(good) => [{ ...good, use: "enc" }, other.jwk], "Unauthorized"],
  "a withdrawn key": [() => [other.jwk], "Unauthorized"],
};

const documents = new Map<string, string>();
const requests: string[] = [];
let site: Awaited<ReturnType<typeof serve>>;

beforeAll(async () => {
  site = await serve((request, response) => {
    const path = request.url ?? "";
    requests.push(path);
    response.end(documents.get(path));
  });
});
afterAll(() => site.close());

const countOf = (path: string) => requests.filter((one) => one === path).length;

const LINES = { allowed: [], keys_unavailable: ["ERROR keys_unavailable"], Unauthorized: ["WARN key_unknown"] };

describe("an issuer that publishes", () => {
  it.each(Object.entries(FAULTS))("%s", async (name, [publish, expected]) => {
    const path = `/${encodeURIComponent(name)}`;
    const { good, lines, ask } = await openDoor({ jwksUri: `${site.url}${path}` });
    documents.set(path, JSON.stringify({ keys: publish(good) }));
    expect([await ask(), await ask()]).toEqual([expected, expected]);
    expect(lines).toEqual([...LINES[expected], ...LINES[expected]]);
    expect(countOf(path)).toBe(1);
  });

  // What is no usable set replaces nothing; a set that lacks the key, or leaves open which it is, ends it.
  it.each(Object.entries(FAULTS))("%s after the good key was held", async (name, [publish, expected]) => {
    const path = `/held/${encodeURIComponent(name)}`;
    const { good, lines, ask, pass } = await openDoor({ jwksUri: `${site.url}${path}` });
    documents.set(path, JSON.stringify({ keys: [good] }));
    expect(await ask()).toBe("allowed");
    documents.set(path, JSON.stringify({ keys: publish(good) }));
    pass(10 * MINUTE);
    const then = expected === "keys_unavailable" ? "allowed" : expected;
    expect([await ask(), await ask()]).toEqual([then, then]);
    expect(lines).toEqual([...LINES[then], ...LINES[then]]);
    expect(countOf(path)).toBe(2);
  });
});

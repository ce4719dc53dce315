import { describe, expect, it } from "vitest";
import { createVerifier, defineGateway, oidc } from "../../src/index.ts";
import { ED25519_KEY, EXAMPLES, JSON_EXAMPLES, P256_KEY, P521_KEY, RSA_KEY } from "./rfc-examples.ts";
import { verifies } from "./jws.ts";

const KEYS = { keys: [RSA_KEY, P256_KEY, P521_KEY, ED25519_KEY] };
const VALID = [
  ["RFC 7515 A.2, RS256", RSA_KEY],
  ["RFC 7515 A.3, ES256", P256_KEY],
  ["RFC 7515 A.4, ES512", P521_KEY],
  ["RFC 8037 A.4, EdDSA", ED25519_KEY],
] as const;
const names = Object.keys(EXAMPLES) as (keyof typeof EXAMPLES)[];

describe.each(VALID)("%s", (name, key) => {
  it("verifies under its key", () => expect(verifies(EXAMPLES[name], KEYS, key.kid)).toBe(true));

  it("verifies under no other key, and as no other algorithm", () => {
    for (const { kid } of KEYS.keys.filter((other) => other !== key)) expect(verifies(EXAMPLES[name], KEYS, kid)).toBe(false);
    const [, payload, signature] = EXAMPLES[name].split(".");
    for (const alg of ["RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA", "HS256", "none"]) {
      if (name.endsWith(alg)) continue;
      const header = Buffer.from(JSON.stringify({ alg })).toString("base64url");
      expect(verifies(`${header}.${payload}.${signature}`, KEYS, key.kid)).toBe(false);
    }
  });

  it("does not verify with any one bit of its signature changed", () => {
    const [header, payload, signature = ""] = EXAMPLES[name].split(".");
    const bytes = Buffer.from(signature, "base64url");
    for (let bit = 0; bit < bytes.length * 8; bit += 7) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(verifies(`${header}.${payload}.${changed.toString("base64url")}`, KEYS, key.kid)).toBe(false);
    }
  });
});

it.each(names.filter((name) => VALID.every(([valid]) => valid !== name)))("%s is not for this gateway", (name) => {
  for (const { kid } of KEYS.keys) expect(verifies(EXAMPLES[name], KEYS, kid)).toBe(false);
});

describe("the gateway as a whole", () => {
  const gateway = defineGateway({
    issuers: {
      joe: oidc({
        issuer: "https://joe.example",
        audience: "joe",
        jwksUri: "https://joe.example/keys",
        algorithms: ["RS256", "ES256", "ES512", "EdDSA"],
      }),
    },
    routes: { "GET /": "authenticated" },
  });
  const { verify } = createVerifier(gateway, { clock: () => 1_300_819_300_000, jwks: { joe: KEYS } });

  it.each([...names.map((name) => [name, EXAMPLES[name]] as const), ...JSON_EXAMPLES.map((json) => ["JSON", json] as const)])(
    "refuses %s: it is a token of nobody's",
    async (_name, text) => {
      await expect(verify(text)).rejects.toMatchObject({ name: "SallyportError" });
    },
  );
});

import { describe, expect, it } from "vitest";
import { accepted, joseAccepts, refused } from "./kit.ts";
import { ATTACKER, createServers, encode, jwkOf, mint, partsOf, PRIVATE, type Servers } from "./lab.ts";

const SHOP_KEYS = "https://shop.example/keys";
const attackerJwk = jwkOf(ATTACKER, "key-1");

/** The pointer is not followed: the attacker's signature fails under the issuer's key, which alone is fetched. */
async function pointsNowhere(header: object): Promise<void> {
  await refused(mint({ key: ATTACKER, header }), "signature_invalid", 2);
  await refused(mint({ key: ATTACKER, header: { ...header, kid: "attacker" } }), "key_unknown", 1);
  await accepted(mint({ header }));
}

describe("B1 points to a key set of the attacker's (jku)", () => {
  it.each([
    "https://attacker.example/keys",
    "http://169.254.169.254/latest/meta-data",
    "file:///etc/passwd",
    "https://shop.example/keys#x",
  ])("%s", async (jku) => pointsNowhere({ jku }));

  it("is never asked for, whatever it says", async () => {
    const all: Servers[] = [];
    const servers = () => {
      const made = createServers({ "https://attacker.example/keys": { keys: [attackerJwk] } });
      all.push(made);
      return made;
    };
    await refused({ token: mint({ key: ATTACKER, header: { jku: "https://attacker.example/keys" } }), servers }, "signature_invalid", 2);
    expect(new Set(all.flatMap(({ urls }) => urls))).toEqual(new Set([SHOP_KEYS]));
  });
});

describe("B2 points to a certificate of the attacker's (x5u)", () => {
  it.each(["https://attacker.example/cert.pem", "http://127.0.0.1/cert", "file:///etc/ssl/cert.pem"])("%s", async (x5u) =>
    pointsNowhere({ x5u }),
  );
});

describe("B3 brings the key along in the header (jwk)", () => {
  it("under the issuer's key id", async () => pointsNowhere({ jwk: attackerJwk }));
  it("as text or nonsense", async () => pointsNowhere({ jwk: JSON.stringify(attackerJwk) }));
});

describe("B4 brings certificates along (x5c, x5t, x5t#S256): no chain is ever built", () => {
  it.each([{ x5c: ["MIIB"] }, { x5t: "AAAA" }, { "x5t#S256": "AAAA" }])("%j", async (header) => pointsNowhere(header));
});

describe("B5 writes a path, a query, a URL or control characters into the key id", () => {
  it.each([
    "../../../../dev/null",
    "key-1' OR '1'='1",
    "*)(uid=*))(|(uid=*",
    "https://attacker.example/keys",
    "key-1\r\nX-Injected: 1",
    "key-1\0",
    " key-1",
    "KEY-1",
    "k\u0117y-1",
    "__proto__",
    "constructor",
    "toString",
    "\u202e1-yek",
  ])("%j", async (kid) => refused(mint({ header: { kid } }), "key_unknown", 1));

  it.each(["k".repeat(257), "k".repeat(3_000)])("more than 256 characters (%#)", async (kid) => {
    await refused(mint({ header: { kid } }), "token_malformed");
  });
});

describe("B6 makes the key id something other than text", () => {
  it.each([1, null, ["key-1"], { kid: "key-1" }, true, false, ""])("%j", async (kid) => {
    await refused(mint({ header: { kid } }), "token_malformed");
  });
});

describe("B7 leaves the key id out, to get the first key there is", () => {
  it("where the issuer has one key (jose accepts)", async () => {
    const token = mint({ header: { kid: undefined } });
    await joseAccepts(token);
    await refused(token, "key_id_missing");
  });

  it("where the key has no id either", async () => {
    const { kid: _kid, ...unnamed } = jwkOf(PRIVATE.shop, "");
    const servers = () => createServers({ [SHOP_KEYS]: { keys: [unnamed] } });
    await refused({ token: mint({ header: { kid: undefined } }), servers }, "key_id_missing");
  });
});

describe("B8 lists critical extensions that nobody here knows (crit)", () => {
  it.each([
    { crit: ["http://example.invalid/unknown"], "http://example.invalid/unknown": true },
    { crit: [] },
    { crit: "exp" },
    { crit: ["exp"], exp: 1 },
    { crit: ["alg"] },
    { crit: ["exp", "exp"], exp: 1 },
    { crit: null },
    { crit: {} },
    { crit: ["b64", "b64"], b64: true },
  ])("%j", async (header) => refused(mint({ header }), "header_unsupported"));
});

describe("B9 declares the payload compressed or nested (zip, cty)", () => {
  it.each([{ zip: "DEF" }, { zip: null }, { cty: "JWT" }, { cty: "jwt" }])("%j (jose accepts)", async (header) => {
    const token = mint({ header });
    await joseAccepts(token);
    await refused(token, "header_unsupported");
  });
});

describe("B10 sends a token made for something else (typ)", () => {
  it.each([
    "dpop+jwt",
    "logout+jwt",
    "secevent+jwt",
    "client-authentication+jwt",
    "application/logout+jwt",
    "token-introspection+jwt",
    "JWS",
    "JOSE",
  ])("%s (jose accepts)", async (typ) => {
    const token = mint({ header: { typ } });
    await joseAccepts(token);
    await refused(token, "typ_not_allowed");
  });

  it.each([1, null, ["JWT"], {}])("%j, which is no text", async (typ) => refused(mint({ header: { typ } }), "token_malformed"));

  it.each([undefined, "JWT", "jwt", "at+jwt", "application/at+jwt"])("while %j is what honest tokens say", async (typ) => {
    await accepted(mint({ header: { typ } }));
  });
});

describe("B11 sends a header of thousands of members, or of 8 kB: the length is looked at before anything is parsed", () => {
  const members = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`m${index}`, 0]));

  it.each([members(2_000), { long: "x".repeat(8_192) }])("%#", async (header) => {
    const attempt = { token: mint({ header }), bare: "credential_too_large" } as const;
    await refused(attempt, "credential_too_large");
  });

  it("whatever the rest of the token is", async () => {
    const token = `${encode(members(2_000))}.${partsOf(mint())[1]}.AAAA`;
    await refused(token, "credential_too_large");
  });
});

import { generateKeyPairSync, sign } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { createVerifier, type ReasonCode, SallyportError } from "../../src/index.ts";
import { clock, createSample, gateway, NOW_SECONDS, type Sample } from "./sample.ts";

let sample: Sample;
let verify: (token: string) => Promise<unknown>;

beforeAll(async () => {
  sample = await createSample();
  const verifier = createVerifier(gateway, { clock, jwks: sample.jwks });
  verify = (token) => verifier.verify(token);
});

async function refused(token: string, code: ReasonCode): Promise<void> {
  const error = await verify(token).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(SallyportError);
  expect((error as SallyportError).code).toBe(code);
}

const encode = (value: unknown) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
const parts = (token: string) => token.split(".") as [string, string, string];

describe("a good token", () => {
  it("becomes a principal with a stable id and only the forwarded claims", async () => {
    expect(await verify(await sample.good("pool", { claims: { email: "user@pool.example" } }))).toEqual({
      id: "pool|user-2",
      issuer: "pool",
      kind: "user",
      token: "access",
      subject: "user-2",
      clientId: "sample-client",
      tenant: null,
      actor: null,
      scopes: ["orders:read"],
      roles: [],
      groups: [],
      permissions: [],
      groupsComplete: true,
      authentication: { at: null, methods: [], context: null, federatedBy: null },
      session: null,
      expiresAt: NOW_SECONDS + 3_600,
      claims: { username: "user-2" },
    });
  });
});

describe("signature and algorithm attacks", () => {
  const good = () => sample.good();

  it.each(["none", "None", "nOnE", "HS256", "hs256", "RS512", "toString", "__proto__", "constructor", ""])(
    "alg %j is refused",
    async (alg) => {
      const [, payload, signature] = parts(await good());
      await refused([encode({ alg, kid: "test-shop" }), payload, signature].join("."), "algorithm_not_allowed");
    },
  );

  it.each([[undefined], [1], [null], [["RS256"]], [{}]])("an alg that is %j is refused", async (alg) => {
    const [, payload, signature] = parts(await good());
    await refused([encode({ alg, kid: "test-shop" }), payload, signature].join("."), "algorithm_not_allowed");
  });

  it("a token without a signature is refused", async () => {
    const [header, payload] = parts(await good());
    await refused(`${header}.${payload}.`, "token_malformed");
  });

  it("a changed payload is refused", async () => {
    const [header, payload, signature] = parts(await good());
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as object;
    await refused([header, encode({ ...claims, scope: "admin" }), signature].join("."), "signature_invalid");
  });

  it("another issuer's key under this issuer's key id is refused", async () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const [header, payload] = parts(await good());
    const forged = sign("sha256", Buffer.from(`${header}.${payload}`), privateKey).toString("base64url");
    await refused(`${header}.${payload}.${forged}`, "signature_invalid");
  });

  it("a key of another configured issuer does not serve this one", async () => {
    await refused(await sample.good("pool", { claims: { iss: "https://shop.example" } }), "key_unknown");
    await refused(
      await sample.good("pool", { claims: { iss: "https://shop.example" }, header: { kid: "test-shop" } }),
      "signature_invalid",
    );
  });

  it("a header without a key id never means the first key", async () => {
    await refused(await sample.good("shop", { header: { kid: undefined } }), "key_id_missing");
  });

  it.each([1, null, "", ["test-shop"], {}, true, "k".repeat(257)])("a key id that is %j is refused", async (kid) => {
    const [, payload, signature] = parts(await good());
    await refused([encode({ alg: "RS256", kid }), payload, signature].join("."), "token_malformed");
  });

  it.each([{ crit: ["exp"] }, { crit: [] }, { crit: null }, { b64: false }, { b64: true }, { zip: "DEF" }, { cty: "JWT" }])(
    "the header member %j is refused",
    async (extra) => {
      const [, payload, signature] = parts(await good());
      await refused([encode({ alg: "RS256", kid: "test-shop", ...extra }), payload, signature].join("."), "header_unsupported");
    },
  );

  it.each(["dpop+jwt", "logout+jwt", "secevent+jwt", "JWS", "application/logout+jwt"])("typ %j is refused", async (typ) => {
    await refused(await sample.good("shop", { header: { typ } }), "typ_not_allowed");
  });

  it.each(["JWT", "jwt", "at+jwt", "application/at+jwt", "AT+JWT"])("typ %j is a usual one", async (typ) => {
    await expect(verify(await sample.good("shop", { header: { typ } }))).resolves.toBeTruthy();
  });

  it("keys in the header are ignored", async () => {
    const header = { jku: "https://attacker.example/keys", x5u: "https://attacker.example/cert", jwk: { kty: "RSA" } };
    await expect(verify(await sample.good("shop", { header }))).resolves.toBeTruthy();
  });
});

describe("encoding attacks", () => {
  it.each([" ", "\t", "\r", "\n", "\f", "=", "==", "+", "/", "\0", "é", '"', "."])("%j added to the token is refused", async (text) => {
    const token = await sample.good();
    for (const mutant of [token + text, text + token, token.replace(".", `${text}.`), `${token.slice(0, -3)}${text}${token.slice(-3)}`]) {
      await expect(verify(mutant)).rejects.toBeInstanceOf(SallyportError);
    }
  });

  it("a last character with unused bits set is refused", async () => {
    const token = await sample.good();
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const last = alphabet.indexOf(token.at(-1) ?? "");
    // A 256-byte signature ends in a character of which only two bits count.
    await refused(token.slice(0, -1) + alphabet[last ^ 1], "token_malformed");
  });

  it.each([
    ["", "token_malformed"],
    ["abc", "token_opaque"],
    ["a.b", "token_malformed"],
    ["a.b.c.d", "token_malformed"],
    ["a.b.c.d.e", "token_encrypted"],
    ["a..c.d.e", "token_encrypted"],
    ["a.b.c.d.e.f", "token_malformed"],
    [".".repeat(1_000), "token_malformed"],
    ["x".repeat(8_193), "credential_too_large"],
    ['{"payload":"e30","signatures":[]}', "token_malformed"],
  ] as const)("%j is refused as %s", (text, code) => refused(text, code));

  it.each([
    ["a duplicate member", '{"alg":"RS256","kid":"test-shop","alg":"RS256"}'],
    ["a duplicate member, escaped", '{"alg":"RS256","kid":"test-shop","\\u0061lg":"RS256"}'],
    ["a byte order mark", '\uFEFF{"alg":"RS256","kid":"test-shop"}'],
    ["a lone surrogate", '{"alg":"RS256","kid":"\\ud800"}'],
    ["deep nesting", `{"alg":"RS256","x":${"[".repeat(1_000)}${"]".repeat(1_000)}}`],
    ["an array", "[]"],
    ["null", "null"],
    ["a number", "1"],
    ["text", '"text"'],
    ["trailing text", '{"alg":"RS256"} {}'],
    ["nothing", " "],
  ])("%s in place of the header is refused", async (_what, json) => {
    const [, payload, signature] = parts(await sample.good());
    await refused([encode(json), payload, signature].join("."), "token_malformed");
  });

  it("invalid UTF-8 is refused", async () => {
    const [, payload, signature] = parts(await sample.good());
    const header = Buffer.concat([Buffer.from('{"alg":"RS256","kid":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]).toString(
      "base64url",
    );
    await refused([header, payload, signature].join("."), "token_malformed");
  });

  it("a duplicate claim is refused although the signature holds", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const jwks = { shop: { keys: [{ ...publicKey.export({ format: "jwk" }), kid: "k" }] } };
    const payload = `{"iss":"https://shop.example","aud":"other","aud":"https://api.sample.example","sub":"a","exp":${NOW_SECONDS + 60}}`;
    const input = `${encode({ alg: "RS256", kid: "k" })}.${encode(payload)}`;
    const token = `${input}.${sign("sha256", Buffer.from(input), privateKey).toString("base64url")}`;
    await expect(createVerifier(gateway, { clock, jwks }).verify(token)).rejects.toMatchObject({ code: "token_malformed" });
  });

  it.each(["__proto__", "constructor", "hasOwnProperty"])("a claim named %s changes nothing", async (name) => {
    const principal = await verify(await sample.good("shop", { claims: { [name]: { scope: "admin" } } }));
    expect(principal).toMatchObject({ scopes: ["orders:read"] });
    expect(({} as Record<string, unknown>)["scope"]).toBeUndefined();
  });
});

describe("claims", () => {
  it.each([
    ["exp", undefined, "claim_missing"],
    ["exp", "1795179600", "claim_malformed"],
    ["exp", true, "claim_malformed"],
    ["exp", [1], "claim_malformed"],
    ["exp", -1, "claim_malformed"],
    ["exp", 1_795_179_600_000, "claim_malformed"],
    ["exp", NOW_SECONDS - 60, "token_expired"],
    ["exp", NOW_SECONDS + 31 * 86_400, "token_lifetime_too_long"],
    ["nbf", NOW_SECONDS + 61, "token_not_yet_valid"],
    ["nbf", "0", "claim_malformed"],
    ["iat", NOW_SECONDS + 61, "token_not_yet_valid"],
    ["iss", undefined, "claim_missing"],
    ["iss", ["https://shop.example"], "claim_malformed"],
    ["iss", "https://shop.example/", "issuer_unknown"],
    ["iss", "https://SHOP.example", "issuer_unknown"],
    ["iss", "http://shop.example", "issuer_unknown"],
    ["iss", "https://shop.example.attacker.example", "issuer_unknown"],
    ["iss", "https://user@shop.example", "issuer_unknown"],
    ["iss", "", "issuer_unknown"],
    ["aud", undefined, "claim_missing"],
    ["aud", "https://api.sample.example/other", "audience_mismatch"],
    ["aud", [], "audience_mismatch"],
    ["cnf", { jkt: "thumbprint" }, "token_bound"],
    ["sub", undefined, "claim_missing"],
    ["sub", { id: 1 }, "claim_malformed"],
    ["nonce", "n-1", "token_use_mismatch"],
  ] as const)("%s = %j is refused as %s", async (name, value, code) => {
    await refused(await sample.good("shop", { claims: { [name]: value } }), code);
  });

  it.each([
    ["exp", NOW_SECONDS - 59],
    ["nbf", NOW_SECONDS + 60],
    ["iat", NOW_SECONDS + 60],
  ])("%s = %i is within the clock skew", async (name, value) => {
    await expect(verify(await sample.good("shop", { claims: { [name]: value } }))).resolves.toBeTruthy();
  });

  it("1e999 is refused", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const jwks = { shop: { keys: [{ ...publicKey.export({ format: "jwk" }), kid: "k" }] } };
    const input = `${encode({ alg: "RS256", kid: "k" })}.${encode('{"iss":"https://shop.example","aud":"https://api.sample.example","sub":"a","exp":1e999}')}`;
    const token = `${input}.${sign("sha256", Buffer.from(input), privateKey).toString("base64url")}`;
    await expect(createVerifier(gateway, { clock, jwks }).verify(token)).rejects.toMatchObject({ code: "token_malformed" });
  });
});

describe("what a refusal says", () => {
  it("holds nothing of the token", async () => {
    const token = await sample.good("shop", { claims: { aud: "secret-audience" } });
    const error = (await verify(token).catch((reason: unknown) => reason)) as SallyportError;
    const text = JSON.stringify([error.message, error.stack, String(error), error.cause ?? null]);
    expect(text).not.toContain("secret-audience");
    for (let at = 0; at + 12 <= token.length; at += 6) expect(text).not.toContain(token.slice(at, at + 12));
  });

  it("is the same class for an issuer without keys, with its own code", async () => {
    const verifier = createVerifier(gateway, { clock, jwks: {} });
    await expect(verifier.verify(await sample.good())).rejects.toMatchObject({ code: "keys_unavailable", status: 503 });
  });
});

it("an unknown issuer causes no fetch", async () => {
  let fetches = 0;
  const fetch = async () => {
    fetches++;
    return new Response("{}");
  };
  const verifier = createVerifier(gateway, { clock, fetch });
  await expect(verifier.verify(await sample.good("shop", { claims: { iss: "https://attacker.example" } }))).rejects.toMatchObject({
    code: "issuer_unknown",
  });
  expect(fetches).toBe(0);
  await expect(verifier.verify(await sample.good())).rejects.toMatchObject({ code: "keys_unavailable" });
  expect(fetches).toBeGreaterThan(0);
});

import { createHash, createHmac, createPublicKey, generateKeyPairSync, privateEncrypt, constants, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import { defineGateway, oidc, scope } from "../../src/index.ts";
import { accepted, joseAccepts, refused } from "./kit.ts";
import { AUDIENCE, ATTACKER, createServers, encode, jwkOf, KEY_SETS, mint, partsOf, PRIVATE, signed } from "./lab.ts";

const SHOP_KEYS = "https://shop.example/keys";
const CURVE_KEYS = "https://curve.example/keys";
/** The attacker's header over a good payload, and whatever signature goes with it. */
const withHeader = (header: object, signature = "AAAA") => `${encode(header)}.${partsOf(mint())[1]}.${signature}`;

it("an honest token of every issuer gets in, so that what follows fails for its attack only", async () => {
  for (const issuer of ["shop", "curve", "padded", "pool", "staff"] as const) await accepted(mint({ issuer }));
  await accepted(mint({ issuer: "curve", algorithm: "EdDSA", key: PRIVATE.edwards, header: { kid: "key-2" } }));
});

describe("A1 asks for no signature at all, spelling none in every way", () => {
  it.each(["none", "None", "nOnE", "NONE", "none ", "\u200bnone"])("%j", async (alg) => {
    await refused(withHeader({ alg, kid: "key-1" }, partsOf(mint())[2]), "algorithm_not_allowed");
    await refused(`${encode({ alg, kid: "key-1" })}.${partsOf(mint())[1]}.`, "token_malformed");
  });
});

describe("A2 names an algorithm that is missing, no text or a name every object has", () => {
  it.each([undefined, "", 1, null, ["RS256"], {}, true, "__proto__", "toString", "constructor", "hasOwnProperty"])("%j", async (alg) => {
    await refused(withHeader({ alg, kid: "key-1" }), "algorithm_not_allowed");
  });
});

describe("A3 signs HS256 with the issuer's public key as the secret", () => {
  const key = createPublicKey(PRIVATE.shop);
  const pem = key.export({ type: "spki", format: "pem" }).toString();
  const jwk = jwkOf(PRIVATE.shop, "key-1");
  const n = (jwk as { n?: string }).n ?? "";
  it.each<[string, string | Buffer]>([
    ["PEM", pem],
    ["PEM without its last line feed", pem.trim()],
    ["PEM behind a space", ` ${pem}`],
    ["PEM behind other text", `junk${pem}`],
    ["PKCS #1 PEM", key.export({ type: "pkcs1", format: "pem" }).toString()],
    ["DER", key.export({ type: "spki", format: "der" })],
    ["JWK", JSON.stringify(jwk)],
    ["modulus", n],
    ["modulus as bytes", Buffer.from(n, "base64url")],
  ])("%s", async (_form, secret) => {
    for (const alg of ["HS256", "hs256"]) {
      const input = `${encode({ alg, kid: "key-1" })}.${partsOf(mint())[1]}`;
      await refused(`${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`, "algorithm_not_allowed");
    }
  });
});

it("A4 signs HS256 with an empty secret under an unknown key id", async () => {
  const input = `${encode({ alg: "HS256", kid: "no-such-key" })}.${partsOf(mint())[1]}`;
  await refused(`${input}.${createHmac("sha256", "").update(input).digest("base64url")}`, "algorithm_not_allowed");
});

describe("A5 picks another algorithm of the same key, which the key set does not rule out", () => {
  it.each(["RS384", "RS512", "PS256", "PS384"] as const)("%s (jose accepts)", async (algorithm) => {
    const keys = { keys: [jwkOf(PRIVATE.shop, "key-1")] };
    const token = mint({ algorithm });
    await joseAccepts(token, {}, keys);
    await refused({ token, servers: () => createServers({ [SHOP_KEYS]: keys }) }, "algorithm_not_allowed");
  });
});

describe("A6 mixes up the two RSA paddings, or changes a parameter of PSS", () => {
  const input = partsOf(mint({ issuer: "padded" }))
    .slice(0, 2)
    .join(".");
  const over = (signature: Buffer) => `${input}.${signature.toString("base64url")}`;
  const pss = (saltLength: number, hash = "sha256") =>
    sign(hash, Buffer.from(input), { key: PRIVATE.padded, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });

  it.each<[string, () => Buffer]>([
    ["PKCS #1 v1.5 called PS256", () => sign("sha256", Buffer.from(input), PRIVATE.padded)],
    ["no salt", () => pss(0)],
    ["a short salt", () => pss(20)],
    ["the longest salt", () => pss(constants.RSA_PSS_SALTLEN_MAX_SIGN)],
    ["another hash", () => pss(32, "sha512")],
  ])("%s", async (_what, make) => {
    // One more fetch: after a failed signature the issuer is asked whether the key has changed.
    await refused(over(make()), "signature_invalid", 2);
  });

  it("PSS called RS256", async () => {
    const [header, payload] = partsOf(mint());
    const signature = partsOf(signed(`${header}.${payload}`, "PS256", PRIVATE.shop))[2];
    await refused(`${header}.${payload}.${signature}`, "signature_invalid", 2);
  });
});

describe("A7 forges the padding of PKCS #1 v1.5", () => {
  const [header, payload] = partsOf(mint());
  const digest = createHash("sha256").update(`${header}.${payload}`).digest();
  const info = Buffer.from("3031300d060960864801650304020105000420", "hex");
  const withoutNull = Buffer.from("302f300b06096086480165030402010420", "hex");
  const longLength = Buffer.from("308131300d060960864801650304020105000420", "hex");
  /** Signs an encoded message that the attacker chose; a holder of the key could, so that only the check stands in the way. */
  const raw = (message: Buffer) => privateEncrypt({ key: PRIVATE.shop, padding: constants.RSA_NO_PADDING }, message);
  const encoded = (type: number, filler: number, tail: Buffer, padding = 253 - tail.length) =>
    Buffer.concat([
      Buffer.from([0, type]),
      Buffer.alloc(padding, filler),
      Buffer.from([0]),
      tail,
      Buffer.alloc(253 - tail.length - padding, 7),
    ]);

  it("the honest encoding made this way verifies", async () => {
    await accepted(`${header}.${payload}.${raw(encoded(1, 0xff, Buffer.concat([info, digest]))).toString("base64url")}`);
  });

  it.each([
    ["no NULL", encoded(1, 0xff, Buffer.concat([withoutNull, digest]))],
    ["a length in long form", encoded(1, 0xff, Buffer.concat([longLength, digest]))],
    ["garbage after the digest", encoded(1, 0xff, Buffer.concat([info, digest]), 20)],
    ["garbage inside the digest's structure", encoded(1, 0xff, Buffer.concat([info, digest, Buffer.from("00", "hex")]))],
    ["padding of another byte", encoded(1, 0xfe, Buffer.concat([info, digest]))],
    ["encryption's block type", encoded(2, 0xff, Buffer.concat([info, digest]))],
    ["a bare digest", encoded(1, 0xff, digest)],
  ])("%s", async (_what, message) => {
    await refused(`${header}.${payload}.${raw(message).toString("base64url")}`, "signature_invalid", 2);
  });
});

describe("A8 sends an ECDSA signature of zeros and other numbers that must not verify", () => {
  const [header, payload] = partsOf(mint({ issuer: "curve" }));
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const number = (value: bigint) => Buffer.from(value.toString(16).padStart(64, "0"), "hex");
  it.each<[bigint, bigint]>([
    [0n, 0n],
    [0n, 1n],
    [1n, 0n],
    [1n, 1n],
    [order, 1n],
    [1n, order],
    [order, order],
    [order - 1n, order - 1n],
    [order + 1n, order + 1n],
    [(1n << 256n) - 1n, (1n << 256n) - 1n],
  ])("r = %i, s = %i", async (r, s) => {
    const signature = Buffer.concat([number(r), number(s)]).toString("base64url");
    await refused(`${header}.${payload}.${signature}`, "signature_invalid", 2);
  });
});

describe("A9 sends an ECDSA signature in another form, or from another curve", () => {
  const [header, payload] = partsOf(mint({ issuer: "curve" }));
  const input = Buffer.from(`${header}.${payload}`);
  const p384 = generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey;
  const p1363 = sign("sha256", input, { key: PRIVATE.curve, dsaEncoding: "ieee-p1363" });
  it.each<[string, Buffer]>([
    ["DER", sign("sha256", input, PRIVATE.curve)],
    ["one byte short", p1363.subarray(0, 63)],
    ["one byte long", Buffer.concat([p1363, Buffer.alloc(1)])],
    ["r and s padded", Buffer.concat([Buffer.alloc(1), p1363.subarray(0, 32), Buffer.alloc(1), p1363.subarray(32)])],
    ["P-384", sign("sha256", input, { key: p384, dsaEncoding: "ieee-p1363" })],
  ])("%s", async (_form, signature) => {
    await refused(`${header}.${payload}.${signature.toString("base64url")}`, "signature_invalid", 2);
  });

  it("a P-384 key that calls itself ES256", async () => {
    const servers = () =>
      createServers({ [CURVE_KEYS]: { keys: [jwkOf(p384, "key-1", { alg: "ES256" }), jwkOf(PRIVATE.edwards, "key-2")] } });
    await refused({ token: mint({ issuer: "curve", key: p384 }), servers }, "key_unknown", 1);
  });
});

it("A10 turns an ECDSA signature into its twin: it verifies (jose accepts), and nothing tells the two tokens apart by their text", async () => {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const [header, payload, signature] = partsOf(mint({ issuer: "curve", claims: { jti: "canary-token-id-0001" } }));
  const bytes = Buffer.from(signature, "base64url");
  const s = order - BigInt(`0x${bytes.subarray(32).toString("hex")}`);
  const twin = Buffer.concat([bytes.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, "0"), "hex")]).toString("base64url");
  expect(twin).not.toBe(signature);
  await joseAccepts(`${header}.${payload}.${twin}`, {}, KEY_SETS[CURVE_KEYS]);
  // What identifies a token for revocation is its `jti`, which both share; see test/sessions.
  await accepted(`${header}.${payload}.${twin}`);
});

describe("A11 sends an Ed25519 signature that is not canonical, or a key of another or no real curve", () => {
  const edwards = { issuer: "curve", algorithm: "EdDSA", key: PRIVATE.edwards, header: { kid: "key-2" } } as const;
  const [header, payload, signature] = partsOf(mint(edwards));
  const bytes = Buffer.from(signature, "base64url");
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  const littleEndian = (value: bigint) => Buffer.from(value.toString(16).padStart(64, "0"), "hex").toReversed();

  it.each<[string, () => Uint8Array]>([
    [
      "S above the order",
      () =>
        Buffer.concat([
          bytes.subarray(0, 32),
          littleEndian(BigInt(`0x${Buffer.from(bytes.subarray(32).toReversed()).toString("hex")}`) + order),
        ]),
    ],
    ["all zeros", () => Buffer.alloc(64)],
    ["the neutral point and S = 0", () => Buffer.concat([Buffer.from([1]), Buffer.alloc(63)])],
    ["one byte short", () => bytes.subarray(0, 63)],
    ["one byte long", () => Buffer.concat([bytes, Buffer.alloc(1)])],
    ["Ed448's length", () => Buffer.alloc(114)],
  ])("%s", async (_what, make) => {
    await refused(`${header}.${payload}.${Buffer.from(make()).toString("base64url")}`, "signature_invalid", 2);
  });

  it.each<[string, object]>([
    ["a point of small order", { kty: "OKP", crv: "Ed25519", x: encode(Buffer.concat([Buffer.from([1]), Buffer.alloc(31)])) }],
    ["Ed448", generateKeyPairSync("ed448").publicKey.export({ format: "jwk" })],
    ["X25519", generateKeyPairSync("x25519").publicKey.export({ format: "jwk" })],
  ])("under a key that is %s", async (_what, jwk) => {
    const servers = () => createServers({ [CURVE_KEYS]: { keys: [jwkOf(PRIVATE.curve, "key-1"), { ...jwk, kid: "key-2" }] } });
    await refused({ token: mint(edwards), servers }, "key_unknown", 1);
  });
});

describe("A12 leaves the payload unencoded (b64)", () => {
  it.each([
    { b64: false, crit: ["b64"] },
    { b64: true, crit: ["b64"] },
  ])("%j", async (extra) => refused(mint({ header: extra }), "header_unsupported"));

  it("b64 without crit (jose accepts)", async () => {
    const token = mint({ header: { b64: false } });
    await joseAccepts(token);
    await refused(token, "header_unsupported");
  });

  it("a payload that really is not encoded", async () => {
    const input = `${encode({ alg: "RS256", kid: "key-1", b64: false, crit: ["b64"] })}.{"iss":"https://shop.example"}`;
    await refused({ token: signed(input, "RS256", PRIVATE.shop), bare: "token_malformed" }, "credential_malformed");
  });
});

it("A13 puts the algorithm into an unprotected header, which only the JSON serialisations have", async () => {
  const [, payload, signature] = partsOf(mint());
  const json = JSON.stringify({ payload, header: { alg: "RS256", kid: "key-1" }, signature });
  await refused({ token: json, bare: "token_malformed" }, "credential_malformed");
  await refused(`${encode({ kid: "key-1" })}.${payload}.${signature}`, "algorithm_not_allowed");
});

it("a stranger's key under the issuer's key id does not sign for the issuer", async () => {
  await refused(mint({ key: ATTACKER }), "signature_invalid", 2);
});

it("an algorithm that is configured still needs a key of its kind", async () => {
  const both = defineGateway({
    issuers: { shop: oidc({ issuer: "https://shop.example", audience: AUDIENCE, jwksUri: SHOP_KEYS, algorithms: ["RS256", "ES256"] }) },
    routes: { "GET /orders": scope("orders:read"), $connect: scope("orders:read") },
  });
  await refused({ token: mint({ algorithm: "ES256", key: PRIVATE.curve }), gateway: both }, "key_unknown", 1);
});

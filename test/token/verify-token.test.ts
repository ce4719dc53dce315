import { generateKeyPairSync, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { KeyFinder, KeyQuery, VerificationKey } from "../../src/keys/keys.ts";
import type { Issuer } from "../../src/providers/provider.ts";
import type { UnverifiedToken } from "../../src/token/token.ts";
import { verifySignature, verifyToken } from "../../src/token/verify-token.ts";

const NOW = 1_800_000_000;
const ISS = "https://shop.example";
const pairs = { one: generateKeyPairSync("ec", { namedCurve: "P-256" }), two: generateKeyPairSync("ec", { namedCurve: "P-256" }) };
type Pair = keyof typeof pairs;

const keyOf = (pair: Pair): VerificationKey => ({ kid: "k", algorithms: ["ES256"], key: pairs[pair].publicKey, issuer: null });
const KEYS = { one: keyOf("one"), two: keyOf("two") };

function tokenOf({ claims = {}, header = {}, by = "one" }: { claims?: object; header?: object; by?: Pair } = {}): UnverifiedToken {
  const signingInput = Buffer.from("header.payload");
  return {
    header: { alg: "ES256", kid: "k", typ: null, members: {}, ...header },
    claims: { exp: NOW + 60, ...claims },
    signingInput,
    signature: sign("sha256", signingInput, { key: pairs[by].privateKey, dsaEncoding: "ieee-p1363" }),
  };
}

const issuerOf = (settings: object = {}) =>
  ({
    name: "shop",
    locateKeys: (_token: UnverifiedToken, iss: string) => ({ kind: "jwks", url: `${iss}/keys` }),
    settings: { typ: null, tokenUse: "access", algorithms: ["ES256"], clockSkew: 0, maxLifetime: null, ...settings },
  }) as unknown as Issuer;

/** A finder that holds, finds and replaces by what it is told, and writes down what it was asked. */
function finder({ held, found = "one", replacement }: { held?: Pair; found?: Pair; replacement?: Pair } = {}) {
  const asked: string[] = [];
  const queries: KeyQuery[] = [];
  const note = (what: string, query: KeyQuery) => {
    asked.push(what);
    queries.push(query);
  };
  const keys: KeyFinder = {
    peek: (query) => {
      note("peek", query);
      return held === undefined ? null : KEYS[held];
    },
    find: async (query) => {
      note("find", query);
      return KEYS[found];
    },
    findReplacement: async (query, failed) => {
      note(`replace ${failed === KEYS.one ? "one" : "two"}`, query);
      return replacement === undefined ? null : KEYS[replacement];
    },
  };
  return { keys, asked, queries };
}

const verify = (token: UnverifiedToken, { keys }: { keys: KeyFinder } = finder(), settings: object = {}) =>
  verifyToken(token, issuerOf(settings), ISS, keys, NOW);

describe("the key that is asked for", () => {
  it.each([
    ["one that is held", { held: "one" }, ["peek"], "one"],
    ["one that has to be found", {}, ["peek", "find"], "one"],
    ["the replacement of one that is held", { held: "two", replacement: "one" }, ["peek", "replace two"], "one"],
    ["the replacement of one that was found", { found: "two", replacement: "one" }, ["peek", "find", "replace two"], "one"],
  ] as const)("is %s", async (_which, held, expected, pair) => {
    const world = finder(held);
    const { key, query } = await verify(tokenOf(), world);
    expect(key).toBe(KEYS[pair]);
    expect(world.asked).toEqual(expected);
    expect(query).toEqual({ issuer: "shop", location: { kind: "jwks", url: `${ISS}/keys` }, kid: "k", algorithm: "ES256" });
    for (const each of world.queries) expect(each).toEqual(query);
  });

  it.each([
    ["no other one has replaced it", {}],
    ["the one that has replaced it did not sign either", { replacement: "one" }],
    ["the one held did not sign, and none has replaced it", { held: "one" }],
  ] as const)("proves nothing where %s", async (_why, held) => {
    await expect(verify(tokenOf({ by: "two" }), finder(held))).rejects.toMatchObject({ code: "signature_invalid" });
  });

  it("is asked for only by a header that may ask", async () => {
    for (const [header, code] of [
      [{ alg: "RS256" }, "algorithm_not_allowed"],
      [{ alg: "none" }, "algorithm_not_allowed"],
      [{ alg: "toString" }, "algorithm_not_allowed"],
      [{ typ: "dpop+jwt" }, "typ_not_allowed"],
      [{ kid: null }, "key_id_missing"],
    ] as const) {
      const world = finder();
      await expect(verify(tokenOf({ header }), world)).rejects.toMatchObject({ code });
      expect(world.asked).toEqual([]);
    }
  });
});

describe("the type in a header", () => {
  const isAccepted = (typ: string | null, settings: object) =>
    verify(tokenOf({ header: { typ } }), finder(), settings).then(
      () => true,
      ({ code }: { code: string }) => (code === "typ_not_allowed" ? false : code),
    );

  it.each([
    [null, true, true],
    ["JWT", true, true],
    ["application/JWT", true, true],
    ["at+jwt", true, false],
    ["Application/AT+JWT", true, false],
    ["application/application/jwt", false, false],
    ["xapplication/jwt", false, false],
    ["JWapplication/T", false, false],
    ["application/x/jwt", false, false],
    ["application/", false, false],
    ["", false, false],
    ["id+jwt", false, false],
  ])("%j is usual for access tokens: %s, for ID tokens: %s", async (typ, access, id) => {
    expect([await isAccepted(typ, { tokenUse: "access" }), await isAccepted(typ, { tokenUse: "id" })]).toEqual([access, id]);
  });

  it.each([
    ["at+jwt", true],
    ["APPLICATION/at+JWT", true],
    ["JWT", false],
    [null, false],
  ])("%j is accepted where only Application/AT+jwt is configured: %s", async (typ, accepted) => {
    expect(await isAccepted(typ, { typ: ["Application/AT+jwt"] })).toBe(accepted);
  });

  it("is written out in full where it holds a slash of its own", async () => {
    expect(await isAccepted("x/jwt", { typ: ["x/jwt"] })).toBe(true);
    expect(await isAccepted("application/x/jwt", { typ: ["x/jwt"] })).toBe(false);
  });
});

describe("a verified token", () => {
  it("says who it is from, and until when in whole seconds", async () => {
    const { token, times } = await verify(tokenOf({ claims: { exp: NOW + 60.9, nbf: NOW } }));
    expect(token).toEqual({ header: tokenOf().header, claims: { exp: NOW + 60.9, nbf: NOW }, iss: ISS, expiresAt: NOW + 60 });
    expect(times).toEqual({ exp: NOW + 60.9, nbf: NOW, iat: null });
  });

  it.each([
    [{ exp: NOW }, "token_expired"],
    [{ nbf: NOW + 1 }, "token_not_yet_valid"],
    [{ exp: "soon" }, "claim_malformed"],
    [{ cnf: { jkt: "thumbprint" } }, "token_bound"],
    [{ cnf: null }, "token_bound"],
  ])("with %j is refused as %s", async (claims, code) => {
    await expect(verify(tokenOf({ claims }))).rejects.toMatchObject({ code });
  });
});

describe("a signature alone", () => {
  it("is verified whatever the token says", async () => {
    const world = finder({ held: "two", found: "two", replacement: "one" });
    const verified = await verifySignature(tokenOf({ claims: { exp: 0, cnf: {} } }), issuerOf(), ISS, world.keys, [null]);
    expect(verified).toMatchObject({ key: KEYS.one, query: { issuer: "shop", kid: "k", algorithm: "ES256" } });
    expect(world.asked).toEqual(["find", "replace two"]);
  });

  it("is refused where it is another's, or the token of a type that is not wanted", async () => {
    const { keys } = finder();
    await expect(verifySignature(tokenOf({ by: "two" }), issuerOf(), ISS, keys, [null])).rejects.toMatchObject({
      code: "signature_invalid",
    });
    await expect(verifySignature(tokenOf(), issuerOf(), ISS, keys, ["logout+jwt"])).rejects.toMatchObject({ code: "typ_not_allowed" });
  });
});

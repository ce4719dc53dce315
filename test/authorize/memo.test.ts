import { sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import { authenticate } from "../../src/authorize.ts";
import { createRuntime } from "../../src/gateway/authorizer.ts";
import { defineGateway, oidc, type ReasonCode, SallyportError } from "../../src/index.ts";
import type { Principal } from "../../src/principal/principal.ts";
import type { Proof } from "../../src/principal/proof.ts";
import { MEMO_LIMITS, type Remembered } from "../../src/token/proof-memo.ts";
import { makeKey, makeProvider, MINUTE, SECOND, setOf, type TestKey } from "../keys/kit.ts";

const ISS = "https://shop.example";
const AUDIENCE = "https://api.sample.example";
const START = 1_800_000_000;

const gateway = defineGateway({
  issuers: {
    shop: oidc({ issuer: ISS, audience: AUDIENCE, jwksUri: `${ISS}/keys`, algorithms: ["ES256"] }),
    other: oidc({ issuer: `${ISS}/other`, audience: AUDIENCE, jwksUri: `${ISS}/other/keys`, algorithms: ["ES256"], clockSkew: "0s" }),
  },
  routes: { "GET /me": "authenticated" },
  forward: ["profile"],
});

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

function mint(key: TestKey, changes: object = {}): string {
  const claims = { iss: ISS, sub: "user-1", aud: AUDIENCE, scope: "a b", iat: START, exp: START + 3_600, ...changes };
  const input = `${encode({ alg: "ES256", kid: key.jwk.kid })}.${encode(claims)}`;
  return `${input}.${sign("sha256", Buffer.from(input), { key: key.privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
}

/** A gateway's runtime, its key provider, and a clock that only the test moves. Fixed keys have no age. */
function setUp({ fixedKeys = false } = {}) {
  const key = makeKey("k1");
  const provider = makeProvider([key]);
  const time = { now: START * SECOND };
  const keys = fixedKeys ? { jwks: { shop: { keys: [key.jwk] }, other: { keys: [key.jwk] } } } : { fetch: provider.fetch };
  const runtime = createRuntime(gateway, { clock: () => time.now, ...keys });
  const { memo } = runtime;
  if (!memo) throw new Error("The runtime has no memo.");
  return { key, provider, time, runtime, memo, prove: (token: string) => authenticate(token, runtime) };
}

/** Enough of a verification for a memo's book-keeping. */
const NOTHING = {
  proof: { principal: { authentication: {} }, tokenId: null, issuedAt: null },
} as unknown as Remembered;

type SetUp = ReturnType<typeof setUp>;

/** Verifies a token until it is remembered, and proves that it is: the very same proof comes back. */
async function remember({ prove }: Pick<SetUp, "prove">, token: string): Promise<Proof> {
  await prove(token);
  const proof = await prove(token);
  expect(await prove(token)).toBe(proof);
  return proof;
}

async function refused(proof: Promise<unknown>, code: ReasonCode): Promise<void> {
  const error: unknown = await proof.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(SallyportError);
  expect((error as SallyportError).code).toBe(code);
}

const replace = (token: string, part: 0 | 1 | 2, text: string) => token.split(".").with(part, text).join(".");

describe("a remembered token", () => {
  it("proves the same as when it was verified", async () => {
    const world = setUp();
    const token = mint(world.key);
    const first = await world.prove(token);
    expect(await remember(world, token)).toEqual(first);
  });

  it("is remembered when it is verified for the second time, and not before", async () => {
    const { key, memo, prove } = setUp();
    const token = mint(key);
    await prove(token);
    expect(memo.tokens).toBe(0);
    await prove(token);
    expect(memo).toMatchObject({ tokens: 1, characters: token.length });
  });

  it("stays one entry, however often it is used", async () => {
    const world = setUp();
    const token = mint(world.key);
    for (let times = 0; times < 5; times++) await remember(world, token);
    expect(world.memo).toMatchObject({ tokens: 1, characters: token.length });
  });

  it("cannot be changed by whoever is given its principal", async () => {
    const world = setUp();
    const token = mint(world.key, { profile: { level: [1, { deep: true }] }, amr: ["pwd"] });
    const { principal } = await remember(world, token);
    const { authentication, claims } = principal;
    const profile = claims["profile"] as { level: unknown[] };
    for (const part of [principal, principal.scopes, principal.roles, principal.groups, principal.permissions, authentication]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
    for (const part of [authentication.methods, claims, profile, profile.level, profile.level[1]]) expect(Object.isFrozen(part)).toBe(true);
    expect(() => (principal.scopes as string[]).push("admin")).toThrow(TypeError);
    expect(() => Object.assign(principal, { id: "shop|root" } satisfies Partial<Principal>)).toThrow(TypeError);
    expect(Object.isFrozen(await world.prove(token))).toBe(true);
  });
});

describe("a token that differs from a remembered one", () => {
  it("in its signature is refused", async () => {
    const world = setUp();
    const token = mint(world.key);
    await remember(world, token);
    const signature = token.split(".")[2] ?? "";
    const other = signature.startsWith("A") ? "B" : "A";
    await refused(world.prove(replace(token, 2, other + signature.slice(1))), "signature_invalid");
  });

  it("in its payload is refused", async () => {
    const world = setUp();
    const token = mint(world.key);
    await remember(world, token);
    const payload = encode({ iss: ISS, sub: "user-1", aud: AUDIENCE, scope: "a b admin", iat: START, exp: START + 3_600 });
    await refused(world.prove(replace(token, 1, payload)), "signature_invalid");
  });

  it("in its header is refused", async () => {
    const world = setUp();
    const token = mint(world.key);
    await remember(world, token);
    await refused(world.prove(replace(token, 0, encode({ kid: "k1", alg: "ES256" }))), "signature_invalid");
    await refused(world.prove(replace(token, 0, encode({ alg: "none", kid: "k1" }))), "algorithm_not_allowed");
  });

  it("in spelling only is refused", async () => {
    const world = setUp();
    const token = mint(world.key);
    await remember(world, token);
    await refused(world.prove(`${token}=`), "token_malformed");
    await refused(world.prove(`${token} `), "token_malformed");
  });

  it("but for its end is another token, though it is taken note of as the same", () => {
    const { memo, runtime } = setUp();
    memo.offer("header.payload-1.signature-of-both", NOTHING);
    memo.offer("header.payload-2.signature-of-both", NOTHING);
    expect(memo).toMatchObject({ tokens: 1, characters: "header.payload-2.signature-of-both".length });
    expect(memo.recall("header.payload-1.signature-of-both", runtime.keys, START)).toBeNull();
  });
});

describe("a remembered token is refused", () => {
  it("once its key was withdrawn and the key set is no longer fresh", async () => {
    const world = setUp();
    const token = mint(world.key);
    await remember(world, token);
    world.provider.publish(makeKey("k2"));
    world.time.now += 10 * MINUTE;
    await refused(world.prove(token), "key_unknown");
    expect(world.memo.tokens).toBe(0);
  });

  it("once its key id names another key", async () => {
    const world = setUp();
    const token = mint(world.key);
    await remember(world, token);
    world.provider.publish(makeKey("k1"));
    world.time.now += 10 * MINUTE;
    await refused(world.prove(token), "signature_invalid");
  });

  it("once its key set was replaced because another token's signature failed", async () => {
    const world = setUp();
    const token = mint(world.key);
    await remember(world, token);
    const replacement = makeKey("k1");
    world.provider.publish(replacement);
    expect((await world.prove(mint(replacement))).principal.subject).toBe("user-1");
    world.time.now += 301 * SECOND;
    await refused(world.prove(token), "signature_invalid");
  });

  it("once its key is older than an issuer that is down may leave it", async () => {
    const world = setUp();
    const token = mint(world.key, { iat: START, exp: START + 30 * 24 * 3_600 - 1 });
    await remember(world, token);
    world.provider.fail();
    world.time.now += 25 * 60 * MINUTE;
    await refused(world.prove(token), "keys_unavailable");
  });

  it.each([
    ["60 seconds after it expired, by the skew of its issuer", ISS, 3_600 + 60],
    ["the second it expired, where no skew is allowed", `${ISS}/other`, 3_600],
  ])("%s", async (_when, iss, after) => {
    const world = setUp();
    // The key set stays fresh for a day, so that time is all that changes.
    const answer = { headers: { "cache-control": "max-age=86400" } };
    world.provider.answer = () => new Response(setOf([world.key]), answer);
    const token = mint(world.key, { iss });
    await remember(world, token);
    world.time.now += (after - 1) * SECOND;
    await remember(world, token);
    world.time.now += SECOND;
    await refused(world.prove(token), "token_expired");
    expect(world.memo.tokens).toBe(0);
  });

  it("before its `nbf`, when the clock was set back", async () => {
    const world = setUp({ fixedKeys: true });
    const token = mint(world.key, { nbf: START });
    await remember(world, token);
    world.time.now -= 61 * SECOND;
    await refused(world.prove(token), "token_not_yet_valid");
  });

  it("where it would then live too long, when the clock was set back", async () => {
    const world = setUp({ fixedKeys: true });
    const token = mint(world.key, { iat: undefined, exp: START + 30 * 24 * 3_600 });
    await remember(world, token);
    world.time.now -= SECOND;
    await refused(world.prove(token), "token_lifetime_too_long");
  });

  it("once it was revoked", async () => {
    const world = setUp();
    const revoked = new Set<string | null>();
    const check = async ({ tokenId }: Proof) => {
      if (revoked.has(tokenId)) throw new SallyportError("revoked");
    };
    const runtime = { ...world.runtime, revocations: { check } };
    const prove = (token: string) => authenticate(token, runtime);
    const token = mint(world.key, { jti: "t1" });
    await remember({ prove }, token);
    revoked.add("t1");
    await refused(prove(token), "revoked");
    await refused(prove(token), "revoked");
    revoked.clear();
    expect((await prove(token)).tokenId).toBe("t1");
  });
});

describe("keys and memory", () => {
  it("a clock that is set back makes the key set stale, so the issuer is asked again", async () => {
    const world = setUp();
    const token = mint(world.key);
    await remember(world, token);
    world.time.now -= 30 * SECOND;
    await world.prove(token);
    expect(world.provider.fetches).toBe(2);
  });

  it("a stale key set is refreshed by a remembered token, and the token then verified anew", async () => {
    const world = setUp();
    const token = mint(world.key);
    const proof = await remember(world, token);
    world.time.now += 10 * MINUTE;
    const again = await world.prove(token);
    expect(world.provider.fetches).toBe(2);
    expect(again).not.toBe(proof);
    expect(again).toEqual(proof);
  });

  it.each([undefined, null, 7, {}])("what is no text, such as %j, is malformed, whatever is remembered", async (text) => {
    const world = setUp();
    await remember(world, mint(world.key));
    await refused(world.prove(text as string), "token_malformed");
  });

  it("refusals are never remembered", async () => {
    const world = setUp();
    const expired = mint(world.key, { exp: START - 3_600 });
    const forged = replace(mint(world.key), 2, "A".repeat(86));
    const stranger = mint(makeKey("k9"));
    for (const [token, code] of [
      [expired, "token_expired"],
      [forged, "signature_invalid"],
      [stranger, "key_unknown"],
    ] as const) {
      for (let times = 0; times < 4; times++) await refused(world.prove(token), code);
    }
    expect(world.memo).toMatchObject({ tokens: 0, characters: 0 });
  });

  it("two gateways share nothing", async () => {
    const [one, two] = [setUp(), setUp()];
    const token = mint(one.key);
    await remember(one, token);
    await refused(two.prove(token), "signature_invalid");
    expect(two.memo.tokens).toBe(0);
  });

  it("any number of tokens stays within the limits, and the longest unused go first", async () => {
    const world = setUp();
    const hot = mint(world.key, { sub: "hot" });
    const first = mint(world.key, { sub: "first" });
    const kept = await remember(world, hot);
    const forgotten = await remember(world, first);
    for (let index = 0; index < MEMO_LIMITS.tokens * 1.2; index++) {
      const token = `header.payload.${String(index).padStart(43, "0")}`;
      world.memo.offer(token, NOTHING);
      world.memo.offer(token, NOTHING);
      if (index % 100 === 0) await world.prove(hot);
    }
    expect(world.memo.tokens).toBe(MEMO_LIMITS.tokens);
    expect(world.memo.characters).toBeLessThanOrEqual(MEMO_LIMITS.characters);
    expect(await world.prove(hot)).toBe(kept);
    expect(await world.prove(first)).not.toBe(forgotten);
  });

  it("long tokens are limited by their length together", async () => {
    const world = setUp();
    const padding = "x".repeat(5_000);
    const length = mint(world.key, { padding, sub: "user-100" }).length;
    for (let index = 100; index < 100 + MEMO_LIMITS.characters / length + 20; index++) {
      const token = mint(world.key, { padding, sub: `user-${index}` });
      await world.prove(token);
      await world.prove(token);
    }
    expect(world.memo.tokens).toBe(Math.floor(MEMO_LIMITS.characters / length));
    expect(world.memo.characters).toBe(world.memo.tokens * length);
  });

  it("tokens may be together exactly as long as is allowed", () => {
    const { memo } = setUp();
    const [count, length] = [100, MEMO_LIMITS.characters / 100];
    for (let index = 0; index < count; index++)
      for (let times = 0; times < 2; times++) memo.offer(String(index).padStart(length, "0"), NOTHING);
    expect(memo).toMatchObject({ tokens: count, characters: MEMO_LIMITS.characters });
    for (let times = 0; times < 2; times++) memo.offer("one more", NOTHING);
    expect(memo).toMatchObject({ tokens: count, characters: MEMO_LIMITS.characters - length + "one more".length });
  });

  it("ten thousand tokens seen once are not remembered", () => {
    const { memo } = setUp();
    for (let index = 0; index < 10_000; index++) memo.offer(`header.payload.${String(index).padStart(43, "0")}`, NOTHING);
    expect(memo).toMatchObject({ tokens: 0, characters: 0 });
  });

  it("requests of one moment, all of which verified the same token, leave one entry", () => {
    const { memo } = setUp();
    for (let times = 0; times < 6; times++) memo.offer("header.payload.signature", NOTHING);
    expect(memo).toMatchObject({ tokens: 1, characters: "header.payload.signature".length });
  });
});

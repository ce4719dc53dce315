import { beforeAll, describe, expect, it } from "vitest";
import { authenticate, authorize, type Runtime, type TokenForm } from "../../src/authorize.ts";
import { createRuntime } from "../../src/gateway/authorizer.ts";
import { findIssuer } from "../../src/issuers/find-issuer.ts";
import {
  allOf,
  authenticatedWithin,
  custom,
  defineGateway,
  defineRoutes,
  live,
  type LiveCheck,
  oidc,
  type ReasonCode,
  SallyportError,
  scope,
} from "../../src/index.ts";
import type { OnlineIssuers } from "../../src/introspection/online.ts";
import type { Proof } from "../../src/principal/proof.ts";
import { createTestTokens } from "../../src/testing/index.ts";
import { decodeToken } from "../../src/token/decode.ts";

const NOW = 1_800_000_000;
const liveCheck: LiveCheck = { check: () => {}, open: () => ({ isLive: async () => false }) };
const gateway = defineGateway({
  issuers: { shop: oidc({ issuer: "https://shop.example", audience: "api", jwksUri: "https://shop.example/keys", liveCheck }) },
  routes: {
    "GET /health": "public",
    "GET /orders": scope("orders:read"),
    "GET /recent": authenticatedWithin("5m"),
    "POST /payout": live(),
    "POST /orders": allOf(scope("orders:write"), live()),
  },
});

let runtime: Runtime;
let token: string;
let sign: (claims?: object) => Promise<string>;

beforeAll(async () => {
  const clock = () => NOW * 1_000 + 999;
  const tokens = await createTestTokens(gateway, { clock });
  runtime = createRuntime(gateway, { clock, jwks: tokens.jwks, prefetch: false });
  sign = (claims = {}) =>
    tokens.sign("shop", { claims: { sub: "user-1", aud: "api", scope: "orders:read", jti: "t1", iat: NOW - 10, ...claims } });
  token = await sign();
});

const decide = (key: string | null, text = token, changes: Partial<Runtime> = {}, form?: TokenForm) =>
  authorize({ route: key === null ? null : (gateway.routes.get(key) ?? null), credential: () => text, form }, { ...runtime, ...changes });

const failWith = (code: ReasonCode) => async () => {
  throw new SallyportError(code);
};

describe("a decision", () => {
  it("on a public route asks for no credential", async () => {
    const credential = () => {
      throw new SallyportError("credential_missing");
    };
    expect(await authorize({ route: gateway.routes.get("GET /health") ?? null, credential }, runtime)).toEqual({
      kind: "allow",
      principal: null,
    });
  });

  it("on a public route names whoever proves to be somebody, where the answer serves other routes", async () => {
    const route = gateway.routes.get("GET /health") ?? null;
    const ask = (text: string, changes: Partial<Runtime> = {}) =>
      authorize({ route, credential: () => text, isReused: true }, { ...runtime, ...changes });
    const known = await ask(token);
    expect(known).toEqual({ kind: "allow", principal: expect.objectContaining({ id: "shop|user-1" }) as unknown });
    expect(await ask(token, { revocations: { check: async () => {} } })).toEqual({
      ...known,
      marks: { tokenId: "t1", issuedAt: NOW - 10 },
    });
    expect(await ask(token, { revocations: { check: failWith("revoked") } })).toEqual({ kind: "allow", principal: null });
    expect(await ask("nonsense")).toEqual({ kind: "allow", principal: null });
  });

  it.each([
    ["GET /orders", { kind: "allow" }],
    ["GET /recent", { kind: "deny", code: "step_up_required", challenge: { maxAge: 300 } }],
    ["POST /orders", { kind: "deny", code: "rule_denied" }],
    [null, { kind: "deny", code: "route_unknown" }],
  ])("on %s names the principal: %j", async (key, expected) => {
    const decision = await decide(key);
    expect(decision).toMatchObject({ ...expected, principal: { id: "shop|user-1" } });
    expect(decision).not.toHaveProperty("marks");
    expect(decision).not.toHaveProperty("liveAt");
    if (key !== "GET /recent") expect(decision).not.toHaveProperty("challenge");
  });

  it("measures the age of a sign-in in seconds", async () => {
    expect(await decide("GET /recent", await sign({ auth_time: NOW - 300 }))).toMatchObject({ kind: "allow" });
    expect(await decide("GET /recent", await sign({ auth_time: NOW - 900 }))).toMatchObject({ kind: "deny" });
  });

  it.each<[string, () => Promise<string> | string, object]>([
    ["text that is no token", () => "a b", { kind: "unauthenticated", code: "token_malformed", issuer: null }],
    [
      "an unknown issuer's",
      () => sign({ iss: "https://other.example" }),
      { kind: "unauthenticated", code: "issuer_unknown", issuer: null },
    ],
    ["one that is out of date", () => sign({ exp: NOW - 3_600 }), { kind: "unauthenticated", code: "token_expired", issuer: "shop" }],
    ["another audience's", () => sign({ aud: "other" }), { kind: "unauthenticated", code: "audience_mismatch", issuer: "shop" }],
  ])("on %s says whose it is, as far as that is known", async (_what, text, expected) => {
    expect(await decide("GET /orders", await text())).toEqual(expected);
  });

  it("on a failure of ours is a refusal that may be over soon, and says nothing of the failure", async () => {
    const broken = { clock: () => NOW * 1_000, keys: null, memo: null } as unknown as Partial<Runtime>;
    expect(await decide("GET /orders", token, broken)).toEqual({ kind: "unavailable", code: "internal_error", issuer: "shop" });
    expect(await decide("GET /orders", token, { ...createRuntime(gateway, { jwks: {}, prefetch: false }), clock: runtime.clock })).toEqual({
      kind: "unavailable",
      code: "keys_unavailable",
      issuer: "shop",
    });
  });
});

it("a rule of the configuration's own that throws is a failure, and says nothing of the caller", async () => {
  const failing = custom("mine", () => {
    throw new Error("no answer");
  });
  for (const rule of [failing, allOf(live(), failing)]) {
    const { routes } = defineRoutes({ "GET /mine": rule });
    const request = { route: routes.get("GET /mine") ?? null, credential: () => token };
    const askLive = async () => {};
    expect(await authorize(request, { ...runtime, askLive })).toEqual({ kind: "unavailable", code: "internal_error", issuer: "shop" });
  }
});

describe("revocations", () => {
  it("are asked about the proof, and the marks go with the decision", async () => {
    const asked: Proof[] = [];
    const check = async (proof: Proof) => void asked.push(proof);
    const marks = { tokenId: "t1", issuedAt: NOW - 10 };
    for (const key of ["GET /orders", "POST /orders"])
      expect(await decide(key, token, { revocations: { check } })).toMatchObject({ marks });
    expect(asked).toHaveLength(2);
    expect(asked[0]).toMatchObject({ ...marks, principal: { id: "shop|user-1" } });
  });

  it.each([
    ["revoked", "unauthenticated"],
    ["revocations_unavailable", "unavailable"],
  ] as const)("%s: the caller is %s", async (code, kind) => {
    expect(await decide("GET /orders", token, { revocations: { check: failWith(code) } })).toEqual({ kind, code, issuer: "shop" });
  });
});

describe("a live check", () => {
  const asked: [string, string][] = [];
  const askLive: Runtime["askLive"] = async (text, { id }) => void asked.push([text, id]);

  it("is asked where everything else holds, and the answer says when", async () => {
    asked.length = 0;
    expect(await decide("POST /payout", token, { askLive })).toMatchObject({ kind: "allow", liveAt: NOW });
    expect(asked).toEqual([[token, "shop|user-1"]]);
  });

  it.each(["GET /orders", "POST /orders", "GET /health", null])("is not asked on %s", async (key) => {
    asked.length = 0;
    expect(await decide(key, token, { askLive })).not.toHaveProperty("liveAt");
    expect(asked).toEqual([]);
  });

  it("that finds nobody to ask, or hears no, refuses", async () => {
    const { askLive: _own, ...without } = runtime;
    const request = { route: gateway.routes.get("POST /payout") ?? null, credential: () => token };
    expect(await authorize(request, without)).toEqual({ kind: "unavailable", code: "introspection_unavailable", issuer: "shop" });
    expect(await decide("POST /payout", token, { askLive: failWith("token_inactive") })).toMatchObject({
      kind: "unauthenticated",
      code: "token_inactive",
    });
  });
});

describe("an issuer that can be asked", () => {
  const proof = {
    principal: { id: "shop|opaque", issuer: "shop", scopes: ["orders:read"] },
    tokenId: null,
    issuedAt: null,
  } as unknown as Proof;
  const online = (change: Partial<OnlineIssuers> = {}): OnlineIssuers => ({
    opaque: (text) => (text === "opaque" ? { issuer: "shop", prove: async () => proof } : null),
    unverifiable: () => null,
    confirm: async () => {},
    isActive: async () => false,
    ...change,
  });

  it("proves what nobody else can read", async () => {
    expect(await authenticate("opaque", { ...runtime, online: online() })).toBe(proof);
    const refusing = online({ opaque: () => ({ issuer: "shop", prove: failWith("token_inactive") }) });
    expect(await decide("GET /orders", "opaque", { online: refusing })).toEqual({
      kind: "unauthenticated",
      code: "token_inactive",
      issuer: "shop",
    });
  });

  it("confirms what was verified here", async () => {
    const confirmed: string[] = [];
    const confirm: OnlineIssuers["confirm"] = async (text, { principal }) => void confirmed.push(`${principal.id} ${text}`);
    expect(await decide("GET /orders", token, { online: online({ confirm }) })).toMatchObject({ kind: "allow" });
    expect(confirmed).toEqual([`shop|user-1 ${token}`]);
    const refusing = online({ confirm: failWith("token_inactive") });
    expect(await decide("GET /orders", token, { online: refusing })).toMatchObject({ code: "token_inactive", issuer: "shop" });
  });
});

describe("a token that nobody but its issuer can verify", () => {
  const proof = {
    principal: { id: "shop|asked", issuer: "shop", scopes: ["orders:read"] },
    tokenId: null,
    issuedAt: null,
  } as unknown as Proof;
  /** A gateway whose issuer keeps its tokens to itself, or does not; and who was asked about them. */
  function make(isForIssuerOnly: (() => boolean) | undefined) {
    const asked: string[] = [];
    const unverifiable: OnlineIssuers["unverifiable"] = (text, issuer) => (
      asked.push(`${issuer} ${text}`), { issuer, prove: async () => proof }
    );
    const online: OnlineIssuers = { opaque: () => null, unverifiable, confirm: async () => {}, isActive: async () => false };
    const issuers = gateway.issuers.map((issuer) => ({ ...issuer, ...(isForIssuerOnly && { isForIssuerOnly }) }));
    return { asked, online, changed: { ...runtime, memo: null, gateway: { ...gateway, issuers } } };
  }

  it("is asked about, by name", async () => {
    const { asked, online, changed } = make(() => true);
    expect(await authenticate(token, { ...changed, online })).toBe(proof);
    expect(asked).toEqual([`shop ${token}`]);
  });

  it("is verified like others where nobody can be asked, and is refused if that fails", async () => {
    const { changed } = make(() => true);
    for (const online of [null, undefined]) {
      const { online: _own, ...rest } = changed;
      const given = online === undefined ? rest : { ...rest, online };
      expect(await authenticate(token, given)).toMatchObject({ principal: { id: "shop|user-1" } });
      await expect(authenticate(`${token.slice(0, -8)}AAAAAAAA`, given)).rejects.toMatchObject({ code: "signature_invalid" });
    }
  });

  it.each([undefined, () => false])("is not every token of that issuer", async (isForIssuerOnly) => {
    const { asked, online, changed } = make(isForIssuerOnly);
    expect(await authenticate(token, { ...changed, online })).toMatchObject({ principal: { id: "shop|user-1" } });
    expect(asked).toEqual([]);
  });
});

describe("a token of another form", () => {
  const form: TokenForm = { decode: (text) => decodeToken(text.replace("wrapped ", "")), findIssuer };

  it("is read in that form, and neither remembered nor recalled", async () => {
    const { memo } = createRuntime(gateway, { prefetch: false });
    for (let times = 0; times < 3; times++)
      expect(await decide("GET /orders", `wrapped ${token}`, { memo: memo ?? null }, form)).toMatchObject({ kind: "allow" });
    expect(memo?.tokens).toBe(0);
    for (let times = 0; times < 3; times++) await decide("GET /orders", token, { memo: memo ?? null });
    expect(memo?.tokens).toBe(1);
    const refusing: TokenForm = {
      ...form,
      decode: () => {
        throw new SallyportError("token_malformed");
      },
    };
    expect(await decide("GET /orders", token, { memo: memo ?? null }, refusing)).toMatchObject({ code: "token_malformed", issuer: null });
  });

  it("is no opaque token, whatever it looks like", async () => {
    const opaque = () => {
      throw new Error("asked");
    };
    const online = { opaque, unverifiable: () => null, confirm: async () => {}, isActive: async () => false };
    expect(await decide("GET /orders", `wrapped ${token}`, { online }, form)).toMatchObject({ kind: "allow" });
  });

  it("names its issuer when it is refused after having been remembered", async () => {
    const { memo } = createRuntime(gateway, { prefetch: false });
    for (let times = 0; times < 3; times++) await decide("GET /orders", token, { memo: memo ?? null });
    const revocations = { check: failWith("revoked") };
    expect(await decide("GET /orders", token, { memo: memo ?? null, revocations })).toEqual({
      kind: "unauthenticated",
      code: "revoked",
      issuer: "shop",
    });
  });
});

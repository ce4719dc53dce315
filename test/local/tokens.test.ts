import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { keyDocument } from "../../local/identity-provider/key-documents.ts";
import { mint, type Variant } from "../../local/identity-provider/mint.ts";
import { nativeNames, type TwinIssuer, twinIssuers } from "../../local/identity-provider/twin-issuer.ts";
import type { Identity } from "../../src/providers/provider.ts";
import { translateAll } from "../../src/providers/vocabulary.ts";
import type { JsonObject } from "../../src/json.ts";
import type { UnverifiedToken, VerifiedToken } from "../../src/token/token.ts";
import { SAMPLE_ISSUERS, sampleGateway } from "./sample-issuers.ts";

const NOW = 1_795_420_680;
let twins: readonly TwinIssuer[] = [];
beforeAll(async () => void (twins = await twinIssuers(sampleGateway())));

function twinOf(name: string): TwinIssuer {
  const twin = twins.find(({ issuer }) => issuer.name === name);
  if (twin === undefined) throw new Error(`no issuer ${name}`);
  return twin;
}

async function token(name: string, kind: "user" | "client", variant: Variant = "valid"): Promise<string> {
  const twin = twinOf(name);
  const persona = twin.personas.find((candidate) => candidate.kind === kind);
  if (persona === undefined) throw new Error(`no ${kind} of ${name}`);
  return mint(twin, persona, { now: NOW, variant, others: twins });
}

/** Fetches the keys as a gateway would: by the location that the issuer's dialect names, through discovery if need be. */
function publishedKeys(name: string, unverified: UnverifiedToken): JSONWebKeySet {
  const { issuer, iss } = twinOf(name);
  const location = issuer.locateKeys(unverified, iss);
  const document = keyDocument(twins, location.url);
  const keys = location.kind === "discovery" ? keyDocument(twins, String(document?.jwks_uri)) : document;
  return keys as unknown as JSONWebKeySet;
}

/** What the issuer's own dialect makes of a token whose signature jose found good. */
async function identity(name: string, compact: string): Promise<Identity> {
  const { issuer, iss } = twinOf(name);
  const header = decodeProtectedHeader(compact);
  const claims = decodeJwt(compact) as JsonObject;
  const headers = { alg: header.alg ?? "", kid: header.kid ?? null, typ: header.typ ?? null, members: header as JsonObject };
  const unverified = { header: headers, claims, signingInput: new Uint8Array(), signature: new Uint8Array() };
  const keys = publishedKeys(name, unverified);
  await jwtVerify(compact, createLocalJWKSet(keys), {
    issuer: iss,
    currentDate: new Date(NOW * 1000),
    algorithms: [...issuer.settings.algorithms],
  });
  const key = keys.keys.find(({ kid }) => kid === header.kid);
  issuer.check(
    { header: headers, claims, iss, expiresAt: Number(claims.exp) } as unknown as VerifiedToken,
    ((key as JsonObject | undefined)?.issuer as string | undefined) ?? null,
  );
  return issuer.read(claims);
}

describe.each(Object.keys(SAMPLE_ISSUERS))("tokens of %s", (name) => {
  it("of a user pass the provider's own checks with the persona's rights", async () => {
    const read = await identity(name, await token(name, "user"));
    expect(read.kind).toBe("user");
    const { tokenUse, vocabulary } = twinOf(name).issuer.settings;
    if (tokenUse === "access") {
      expect(translateAll(read.scopes, vocabulary.scopes)).toEqual(expect.arrayContaining(["orders:read"]));
    }
  });

  it("of a machine client are told from those of users", async () => {
    if (twinOf(name).issuer.settings.tokenUse === "id")
      return expect(twinOf(name).personas.map(({ kind }) => kind)).not.toContain("client");
    expect((await identity(name, await token(name, "client"))).kind).toBe("client");
  });

  it("for another audience are refused by the provider's own checks", async () => {
    await expect(identity(name, await token(name, "user", "wrong-audience"))).rejects.toMatchObject({
      code: expect.stringMatching(/^(audience_mismatch|client_not_allowed)$/),
    });
  });

  it.each(["tampered", "other-key"] as const)("that are %s have no good signature", async (variant) => {
    const compact = await token(name, "user", variant);
    expect(decodeProtectedHeader(compact)["kid"]).toBe(twinOf(name).publicJwk.kid);
    await expect(identity(name, compact)).rejects.toMatchObject({ code: "ERR_JWS_SIGNATURE_VERIFICATION_FAILED" });
  });

  it("that have expired have done so an hour ago", async () => {
    expect(decodeJwt(await token(name, "user", "expired")).exp).toBe(NOW - 3600);
  });

  it("that are unsigned say so", async () => {
    const compact = await token(name, "user", "unsigned");
    expect(decodeProtectedHeader(compact).alg).toBe("none");
    expect(compact.endsWith(".")).toBe(true);
  });
});

describe("published keys", () => {
  it("name no algorithm where Microsoft's do not, and theirs elsewhere", () => {
    const named = twins.filter(({ publicJwk }) => publicJwk.alg !== undefined).map(({ issuer }) => issuer.name);
    expect(named).toEqual(["customers", "shops", "workers", "visitors", "devices"]);
  });

  it("are public", () => {
    for (const { publicJwk } of twins) expect(publicJwk).not.toHaveProperty("d");
  });

  it("are served for configured addresses only", () => {
    expect(keyDocument(twins, "https://idp.elsewhere.example/.well-known/jwks.json")).toBeNull();
  });
});

it.each([
  [undefined, ["a:read", "b"]],
  [{ rest: "pass" } as const, ["a:read", "b"]],
  [{ rest: "drop" } as const, []],
  [{ strip: "api/", rest: "drop" } as const, ["api/a:read", "api/b"]],
  [{ map: { "A.Read": "a:read" }, rest: "drop" } as const, ["A.Read"]],
])("the vocabulary %j is read backwards", (mapping, names) => {
  const native = nativeNames(["a:read", "b"], mapping);
  expect(native).toEqual(names);
  expect(["a:read", "b"]).toEqual(expect.arrayContaining([...translateAll(native, mapping)]));
});

it("personas of the file go before the stock ones", () => {
  expect(twinOf("customers").personas.map(({ name }) => name)).toEqual(["alice", "bob", "carol", "customers-machine"]);
  expect(twinOf("devices").personas.map(({ name }) => name)).toEqual(["devices-user", "devices-machine"]);
});

it("scopes that were asked for narrow the token", async () => {
  const twin = twinOf("customers");
  const alice = twin.personas[0];
  if (alice === undefined) throw new Error("no alice");
  const compact = await mint(twin, alice, { now: NOW, requestedScopes: ["openid", "orders-api/orders:read"] });
  expect(decodeJwt(compact)["scope"]).toBe("openid profile orders-api/orders:read");
});

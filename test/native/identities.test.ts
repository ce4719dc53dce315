import { describe, expect, it } from "vitest";
import { cognito, createVerifier, defineGateway, nativeAuthorizer } from "../../src/index.ts";
import type { NativeAuthorizerKind } from "../../src/native/native-event.ts";
import { NATIVE_EVENTS, withAuthorizer } from "../events/native.ts";
import { gatewayOf, isPresent, keySetOf, load, NOW as VECTOR_NOW, signVector } from "../providers/vectors.ts";

const NOW = 1_795_420_700;
const KINDS = Object.keys(NATIVE_EVENTS) as NativeAuthorizerKind[];
const TEXTUAL = KINDS.filter((kind) => kind !== "rest-jwt");
const REQUEST = { method: "GET", path: "/me", routeKey: "GET /me" };
const gateway = defineGateway({
  issuers: { signins: cognito({ userPoolId: "us-east-1_Harbour2", clientIds: ["web"], tokenUse: "id" }) },
  routes: { "GET /me": "authenticated" },
  forward: ["identities"],
});
const ID = {
  iss: "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Harbour2",
  sub: "u-1",
  aud: "web",
  token_use: "id",
  "cognito:username": "Google_1",
  exp: NOW + 600,
  iat: NOW - 20,
};
const GOOGLE = {
  dateCreated: "1726743746954",
  userId: "1052",
  providerName: "Google",
  providerType: "Google",
  issuer: null,
  primary: "true",
};
const FACEBOOK = { ...GOOGLE, providerName: "Facebook", providerType: "Facebook", primary: "false" };
/** A name in which everything stands that means something outside of a text. */
const STRANGE = { ...GOOGLE, providerName: 'a "b" {c} [d], e\\', note: { nested: [{}, "}"] } };
const [google, facebook] = [JSON.stringify(GOOGLE), JSON.stringify(FACEBOOK)];

const fromOf = (kind: NativeAuthorizerKind) => nativeAuthorizer(gateway, { kind, issuer: "signins" });
const behind = (kind: NativeAuthorizerKind, claims: object) =>
  NATIVE_EVENTS[kind](REQUEST, claims as Record<string, unknown>) as { requestContext: { authorizer: Record<string, object> } };

/** The event with `identities` written exactly like this. */
function written(kind: NativeAuthorizerKind, identities: string): unknown {
  const event = behind(kind, ID);
  const { authorizer } = event.requestContext;
  if (kind !== "http-jwt") return withAuthorizer(event, { ...authorizer, claims: { ...authorizer["claims"], identities } });
  const { claims } = authorizer["jwt"] as { claims: object };
  return withAuthorizer(event, { jwt: { ...authorizer["jwt"], claims: { ...claims, identities } } });
}

const federatedBy = (kind: NativeAuthorizerKind, event: unknown) => fromOf(kind)(event, NOW).authentication.federatedBy;

describe.each(KINDS)("a pool's linked identities behind %s", (kind) => {
  it.each([
    ["one", [GOOGLE], "Google"],
    ["two", [FACEBOOK, GOOGLE], "Google"],
    ["a name full of signs, and objects in objects", [FACEBOOK, STRANGE], STRANGE.providerName],
    ["none", [], null],
  ])("%s", (_, identities, expected) => {
    const principal = fromOf(kind)(behind(kind, { ...ID, identities }), NOW);
    expect(principal.authentication.federatedBy).toBe(expected);
    expect(principal.claims["identities"]).toEqual(identities);
  });
});

describe.each(TEXTUAL)("identities as text behind %s", (kind) => {
  it.each([
    google,
    `[${google}]`,
    `${google},${facebook}`,
    `${facebook} ${google}`,
    `[${facebook},${google}]`,
    `[${facebook} ${google}]`,
    `[ ${facebook}, ${google} ]`,
  ])("%s", (text) => {
    expect(federatedBy(kind, written(kind, text))).toBe("Google");
  });

  it.each([
    "Google",
    "[Google]",
    "null",
    "[",
    "[]]",
    "}",
    "{",
    `[${google}`,
    `${google}]`,
    `[[${google}]]`,
    `${google}${facebook}`,
    `${google},`,
    `,${google}`,
    `${google},,${facebook}`,
    `${google};${facebook}`,
    `${google},Facebook`,
    `${google},[${facebook}]`,
    google.replace("null", "None"),
    google.replace('"primary"', '"providerName"'),
    google.slice(0, -2),
    "[map[providerName:Google primary:true]]",
  ])("%s is no list of objects", (text) => {
    expect(() => federatedBy(kind, written(kind, text))).toThrow(expect.objectContaining({ code: "claim_malformed" }));
  });
});

describe.skipIf(!isPresent).each(KINDS)("a user federated through Google, behind %s", (kind) => {
  it("is the principal that the token itself becomes", async () => {
    const vector = load("provider-tokens.json").find(({ variant }) => variant === "id-user-federated-google");
    if (vector === undefined) throw new Error("The vector is gone.");
    const own = gatewayOf(vector);
    const event = NATIVE_EVENTS[kind](REQUEST, vector.payload ?? {});
    const native = nativeAuthorizer(own, { kind, issuer: "shop" })(event, VECTOR_NOW / 1000);
    const verifier = createVerifier(own, { clock: () => VECTOR_NOW, jwks: { shop: keySetOf(vector) } });
    expect(native).toEqual(await verifier.verify(signVector(vector)));
    expect(native.authentication.federatedBy).toBe("Google");
  });
});

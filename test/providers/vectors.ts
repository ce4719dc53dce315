import { existsSync, readFileSync } from "node:fs";
import { constants, createHmac, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { defineGateway, type Gateway } from "../../src/index.ts";
import { evaluate } from "../../src/rules/evaluate.ts";
import { multiFactor } from "../../src/rules/rule.ts";
import type { Principal } from "../../src/principal/principal.ts";
import { auth0 } from "../../src/providers/auth0.ts";
import { type AzureAdB2cOptions, azureAdB2c } from "../../src/providers/azure-ad-b2c.ts";
import { cognito } from "../../src/providers/cognito.ts";
import { entraExternalId } from "../../src/providers/entra-external-id.ts";
import { entraId } from "../../src/providers/entra-id.ts";
import { google } from "../../src/providers/google.ts";
import { oidc } from "../../src/providers/oidc.ts";
import { okta } from "../../src/providers/okta.ts";
import { UNREAD } from "./personal.ts";
import type { IssuerDefinition } from "../../src/providers/provider.ts";

type Claims = Readonly<Record<string, unknown>>;

/** One token of the vectors folder. */
export interface Vector {
  readonly provider: string;
  readonly variant: string;
  readonly header: Readonly<Record<string, string>>;
  /** Null: the token is encrypted and has none. */
  readonly payload: Claims | null;
  readonly config: Claims;
  readonly expectedPrincipal: Claims;
  readonly extras?: Claims;
}

const FACTORIES: Readonly<Record<string, (options: never) => IssuerDefinition>> = {
  cognito,
  "azure-ad-b2c": azureAdB2c,
  "entra-id": entraId,
  "entra-external-id": entraExternalId,
  auth0,
  okta,
  google,
  oidc,
};
/** The vectors' names of the common options. What is not here, a provider has to do without. */
const OPTION_NAMES: Readonly<Record<string, keyof AzureAdB2cOptions>> = {
  issuer: "issuer",
  issuerTemplate: "issuer",
  audience: "audience",
  clientIds: "clientIds",
  tokenUse: "tokenUse",
  algorithms: "algorithms",
  requireTyp: "typ",
  allowedTenants: "tenants",
  policies: "policies",
  rolesClaim: "rolesClaim",
  permissionsClaim: "permissionsClaim",
};
/** Providers that publish keys without `alg`. */
const SILENT_ABOUT_ALG = ["azure-ad-b2c", "entra-id", "entra-external-id"];

const RSA = generateKeyPairSync("rsa", { modulusLength: 2048 });
const EC = generateKeyPairSync("ec", { namedCurve: "P-256" });

const FOLDER = new URL("../../../shared/vectors/", import.meta.url);
/** Whether the folder of shared vectors is beside the project; tests that need it skip themselves otherwise. */
export const isPresent = existsSync(FOLDER);
if (!isPresent) console.warn("Skipped: the folder ../shared/vectors is not here.");

/** The vectors of a file; none where the folder is absent. */
export const load = (file: string): readonly Vector[] =>
  isPresent ? (JSON.parse(readFileSync(new URL(file, FOLDER), "utf8")) as Vector[]) : [];

/** Within the times of every token of the folder: milliseconds. */
export const NOW = 1_795_420_700_000;

/** The code that each refusal must have, by provider and variant. */
export const REJECT_CODES: Readonly<Record<string, string>> = {
  "cognito id-token-used-as-access-token": "token_use_mismatch",
  "cognito access-token-of-another-app-client": "client_not_allowed",
  "cognito identity-pool-openid-token": "issuer_unknown",
  "azure-ad-b2c policy-downgrade": "policy_not_allowed",
  "azure-ad-b2c id-token-when-api-and-spa-share-a-registration": "token_use_mismatch",
  "entra-id any-tenant-under-common": "tenant_not_allowed",
  "entra-id tid-iss-mismatch": "tenant_mismatch",
  "entra-id microsoft-graph-token-nonce-header": "token_not_for_api",
  "auth0 issuer-without-trailing-slash": "issuer_unknown",
  "auth0 hs256-api": "algorithm_not_allowed",
  "auth0 dpop-bound-token-presented-as-bearer": "token_bound",
  "auth0 unknown-organization": "tenant_not_allowed",
  "auth0 encrypted-jwe-access-token": "token_encrypted",
  "okta org-server-access-token": "token_not_for_api",
  "google other-google-client": "audience_mismatch",
};

/** The issuer a vector's configuration describes. */
function definitionOf({ provider, config }: Vector): IssuerDefinition {
  const factory = FACTORIES[provider];
  if (factory === undefined) throw new Error(`There is no provider ${provider}.`);
  const options = Object.entries(config).flatMap(([name, value]) =>
    Object.hasOwn(OPTION_NAMES, name) ? [[OPTION_NAMES[name], value]] : [],
  );
  const parties = Array.isArray(config["allowedParties"])
    ? { clientIds: [...(config["clientIds"] as string[]), ...config["allowedParties"]] }
    : {};
  return factory({ ...Object.fromEntries(options), ...parties } as never);
}

/** A gateway whose one issuer is the vector's, and on which everybody may do everything who is somebody. */
export function gatewayOf(vector: Vector): Gateway {
  const routes = { "GET /": "authenticated", "GET /me": "authenticated", $connect: "authenticated", $default: "authenticated" } as const;
  return defineGateway({ issuers: { shop: definitionOf(vector) }, routes, forward: ["username", "email"] });
}

/** The key set in which the issuer publishes the key that {@link signVector} uses. */
export function keySetOf({ provider, header, extras }: Vector): { readonly keys: readonly object[] } {
  const alg = ["ES256", "PS256"].find((name) => name === header["alg"]) ?? "RS256";
  const key = alg === "ES256" ? EC.publicKey : RSA.publicKey;
  const named = SILENT_ABOUT_ALG.includes(provider) ? {} : { alg };
  const owned = extras?.["requiredKeyIssuer"] === undefined ? {} : { issuer: extras["requiredKeyIssuer"] };
  return { keys: [{ ...key.export({ format: "jwk" }), kid: header["kid"] ?? "k1", use: "sig", ...named, ...owned }] };
}

const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString("base64url");

/** The vector as a signed token; an encrypted one has five parts of which nobody here can read any. */
export function signVector({ header, payload }: Vector): string {
  if (payload === null) return [encode(header), "a2V5", "aXY", "Y2lwaGVydGV4dA", "dGFn"].join(".");
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${signatureOf(header["alg"] ?? "", Buffer.from(input)).toString("base64url")}`;
}

function signatureOf(alg: string, input: Buffer): Buffer {
  // The public key as a shared secret: what a verifier that asks the token for the algorithm would fall for.
  if (alg === "HS256")
    return createHmac("sha256", RSA.publicKey.export({ type: "spki", format: "pem" }))
      .update(input)
      .digest();
  if (alg === "PS256") return sign("sha256", input, { key: RSA.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 });
  const key: KeyObject = alg === "ES256" ? EC.privateKey : RSA.privateKey;
  return sign(alg === "RS512" ? "sha512" : "sha256", input, { key, dsaEncoding: "ieee-p1363" });
}

/** The vector with claims about a person more, which change nothing of its principal; a machine's token has none to tell it apart by. */
export function withPersonal(vector: Vector): Vector {
  const isMachine = vector.extras?.["principalType"] === "client";
  return isMachine ? vector : { ...vector, payload: { ...UNREAD, ...vector.payload } };
}

/** All that may cross of a vector's claims: what it expects for a name and an address. */
export function crossingOf({ expectedPrincipal: { username, email } }: Vector): Claims {
  return Object.fromEntries(Object.entries({ username, email }).filter(([, value]) => value !== null && value !== undefined));
}

/** The part of a principal that a vector speaks about, under the vector's names. */
export function describe(principal: Principal): Claims {
  const { subject, clientId, tenant, scopes, roles, groups, permissions, authentication, claims } = principal;
  const { federatedBy, methods: authMethods } = authentication;
  const named = { username: claims["username"] ?? null, email: claims["email"] ?? null };
  return { subject, tokenKind: principal.token, clientId, scopes, roles, groups, permissions, tenant, ...named, federatedBy, authMethods };
}

/** What a vector's `extras` say, and what the principal has there. */
export function extrasOf(principal: Principal, { payload, extras = {} }: Vector): readonly (readonly [string, unknown, unknown])[] {
  const { authentication, kind, session, groupsComplete } = principal;
  const acr = extras["acr"] ?? null;
  return [
    ["kind", kind, extras["principalType"] ?? "user"],
    ["context", authentication.context, acr],
    ["at", authentication.at, extras["authTime"] ?? payload?.["auth_time"] ?? null],
    ["groupsComplete", groupsComplete, extras["groupsOverage"] !== true],
    ["actor", principal.actor, extras["actor"] ?? null],
    ["mfa", extras["mfa"] === true ? evaluate(multiFactor(), principal, NOW / 1000).holds : true, true],
    ["session", extras["sessionId"] === undefined ? null : session, extras["sessionId"] ?? null],
  ];
}

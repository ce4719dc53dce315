import { createHmac, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import type { Principal } from "../../src/principal/principal.ts";
import { auth0 } from "../../src/providers/auth0.ts";
import { azureAdB2c } from "../../src/providers/azure-ad-b2c.ts";
import { cognito } from "../../src/providers/cognito.ts";
import { entraExternalId } from "../../src/providers/entra-external-id.ts";
import { entraId } from "../../src/providers/entra-id.ts";
import { google } from "../../src/providers/google.ts";
import { oidc } from "../../src/providers/oidc.ts";
import { okta } from "../../src/providers/okta.ts";
import type { IssuerDefinition, IssuerOptions } from "../../src/providers/provider.ts";

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
const OPTION_NAMES: Readonly<Record<string, keyof IssuerOptions>> = {
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

/** The issuer a vector's configuration describes. */
export function definitionOf({ provider, config }: Vector): IssuerDefinition {
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

/** The key set in which the issuer publishes the key that {@link signVector} uses. */
export function keySetOf({ provider, header, extras }: Vector): { readonly keys: readonly object[] } {
  const alg = header["alg"] === "ES256" ? "ES256" : "RS256";
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
  const key: KeyObject = alg === "ES256" ? EC.privateKey : RSA.privateKey;
  return sign(alg === "RS512" ? "sha512" : "sha256", input, { key, dsaEncoding: "ieee-p1363" });
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
    ["session", extras["sessionId"] === undefined ? null : session, extras["sessionId"] ?? null],
  ];
}

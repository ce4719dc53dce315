import { randomUUID } from "node:crypto";
import { type CryptoKey, generateKeyPair, SignJWT } from "jose";
import type { JsonObject } from "../../src/json.ts";
import type { Persona } from "../personas.ts";
import type { Grant, TokenShape } from "../token-shapes/shape.ts";
import { clientIdOf, nativeNames, type TwinIssuer } from "./twin-issuer.ts";

/** How a token is to be spoilt. */
export const VARIANTS = ["valid", "expired", "wrong-audience", "unsigned", "tampered", "other-key"] as const;
export type Variant = (typeof VARIANTS)[number];

/** What is wanted beside the persona. */
export interface MintOptions {
  /** Seconds since the epoch. */
  readonly now: number;
  /** Seconds; default one hour. */
  readonly lifetime?: number;
  /** Default: the kind that the gateway is configured to accept from this issuer. */
  readonly use?: "access" | "id";
  /** The issuer's own scope names that were asked for; all of the persona's when none of them was. */
  readonly requestedScopes?: readonly string[];
  /** Only these, whatever the persona may do. */
  readonly exactScopes?: readonly string[];
  /** The sign-in that the token comes from; default a new one. */
  readonly session?: string;
  readonly variant?: Variant;
  /** The other issuers of the twin, for `other-key`. */
  readonly others?: readonly TwinIssuer[];
}

/** How long ago the persona signed in, in seconds, when the token is made. */
const SIGNED_IN_BEFORE = 60;

const encode = (value: JsonObject) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Makes one token as the persona's issuer would, or spoils it in exactly one way. */
export async function mint(twin: TwinIssuer, persona: Persona, options: MintOptions): Promise<string> {
  const { variant = "valid", lifetime = 3600 } = options;
  const use = options.use ?? twin.issuer.settings.tokenUse;
  const issuedAt = variant === "expired" ? options.now - lifetime - 3600 : options.now;
  const grant = grantOf(twin, persona, { ...options, issuedAt, lifetime });
  const claims = variant === "wrong-audience" ? twin.shape.elsewhere(twin.shape[use](grant)) : twin.shape[use](grant);
  const header = { ...typOf(twin, use), kid: twin.publicJwk.kid };
  if (variant === "unsigned") return `${encode({ ...header, alg: "none" })}.${encode(claims)}.`;

  const key = variant === "other-key" ? await otherKey(twin, options.others ?? []) : twin.privateKey;
  const token = await new SignJWT({ ...claims }).setProtectedHeader({ ...header, alg: twin.algorithm }).sign(key);
  return variant === "tampered" ? tamper(token, claims) : token;
}

function grantOf(twin: TwinIssuer, persona: Persona, options: MintOptions & { issuedAt: number; lifetime: number }): Grant {
  const { requestedScopes: requested = [], issuedAt, lifetime } = options;
  const { vocabulary } = twin.issuer.settings;
  const scopes = nativeNames(persona.scopes, vocabulary.scopes);
  const asked = scopes.filter((scope) => requested.includes(scope));
  return {
    issuer: twin.issuer,
    iss: twin.iss,
    persona,
    clientId: clientIdOf(twin, persona),
    session: options.session ?? randomUUID(),
    scopes: options.exactScopes ? [] : asked.length > 0 ? asked : scopes,
    ownScopes: options.exactScopes ?? ownScopes(persona, twin.shape, requested),
    roles: nativeNames(persona.roles, vocabulary.roles),
    groups: nativeNames(persona.groups, vocabulary.groups),
    permissions: nativeNames(persona.permissions, vocabulary.permissions),
    issuedAt,
    signedInAt: issuedAt - SIGNED_IN_BEFORE,
    expiresAt: issuedAt + lifetime,
  };
}

/** Those who ask for nothing in particular get everything. */
function ownScopes({ kind }: Persona, { selfService }: TokenShape, requested: readonly string[]): readonly string[] {
  if (kind === "client") return [];
  const isWanted = (scope: string) => requested.length === 0 || requested.includes(scope);
  return ["openid", "profile", ...(selfService !== undefined && isWanted(selfService) ? [selfService] : [])];
}

function typOf({ issuer, shape }: TwinIssuer, use: "access" | "id"): JsonObject {
  const typ = issuer.settings.typ?.[0] ?? (use === "id" && shape.typ !== null ? "JWT" : shape.typ);
  return typ === null ? {} : { typ };
}

/** Another issuer's private key of a fitting kind; a stranger's where there is no other issuer. */
async function otherKey(twin: TwinIssuer, others: readonly TwinIssuer[]): Promise<CryptoKey> {
  const other = others.find(({ issuer, algorithm }) => issuer.name !== twin.issuer.name && algorithm === twin.algorithm);
  return other?.privateKey ?? (await generateKeyPair(twin.algorithm)).privateKey;
}

/** The same signature over claims of somebody else. */
function tamper(token: string, claims: JsonObject): string {
  const [header = "", , signature = ""] = token.split(".");
  return `${header}.${encode({ ...claims, sub: "00000000-0000-4000-8000-000000000000" })}.${signature}`;
}

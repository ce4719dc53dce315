import { randomBytes } from "node:crypto";
import { type CryptoKey, exportJWK, generateKeyPair, type JWK } from "jose";
import type { Gateway } from "../../src/gateway.ts";
import type { Issuer } from "../../src/providers/provider.ts";
import type { NameMapping } from "../../src/providers/vocabulary.ts";
import type { Rule } from "../../src/rules/rule.ts";
import type { Persona, Rights } from "../personas.ts";
import { personasOf } from "../provider-personas.ts";
import { shapeOf } from "../token-shapes/index.ts";
import type { TokenShape } from "../token-shapes/shape.ts";
import { Sessions } from "./sessions.ts";

/** What stands in for one issuer of the configuration. */
export interface TwinIssuer {
  readonly issuer: Issuer;
  /** The exact `iss` of its tokens: the real one. */
  readonly iss: string;
  readonly shape: TokenShape;
  readonly algorithm: string;
  readonly privateKey: CryptoKey;
  /** As published. */
  readonly publicJwk: JWK & { readonly kid: string };
  readonly personas: readonly Persona[];
  /** The application that people sign in with. */
  readonly webClientId: string;
  /** The machine client; null where the configuration admits one client only. */
  readonly machineClientId: string | null;
  /** Sign-ins and accounts, until the twin stops. */
  readonly sessions: Sessions;
}

/** A tenant for multi-tenant issuers that accept any. */
const EXAMPLE_TENANT = "d2a1f7b4-6c35-4e98-8b07-5f3e9c1a7d62";

/**
 * Stands in for every issuer of the gateway, each with a key of its own that lives as long as the process. `webClients` has the
 * application's id by the issuer's name, where the configuration does not say it.
 */
export function twinIssuers(gateway: Gateway, webClients: Readonly<Record<string, string>> = {}): Promise<readonly TwinIssuer[]> {
  const rights = rightsOf(gateway);
  // A load balancer is no identity provider: it has one behind it, and stands in front of nothing on this machine.
  const issuers = gateway.issuers.filter(({ keyLocations }) => keyLocations.length > 0);
  return Promise.all(issuers.map((issuer) => twinIssuer(issuer, personasOf(issuer, issuers, rights), webClients[issuer.name])));
}

/** The persona's own issuer and the persona; null for a name that nobody has. */
export function findPersona(twins: readonly TwinIssuer[], name: string): { readonly twin: TwinIssuer; readonly persona: Persona } | null {
  for (const twin of twins) {
    const persona = twin.personas.find((candidate) => candidate.name === name);
    if (persona !== undefined) return { twin, persona };
  }
  return null;
}

/** The client that a persona's tokens are issued to. */
export const clientIdOf = (twin: TwinIssuer, persona: Persona): string =>
  persona.kind === "client" ? (twin.machineClientId ?? twin.webClientId) : twin.webClientId;

/** The issuer's names for the gateway's names: the vocabulary read backwards. Names that it cannot yield are left out. */
export function nativeNames(names: readonly string[], mapping: NameMapping | undefined): readonly string[] {
  if (mapping === undefined) return names;
  const { map = {}, strip, rest } = mapping;
  const backwards = new Map(Object.entries(map).map(([native, own]) => [own, native]));
  const spelt = (name: string) => (strip === undefined ? (rest === "pass" ? name : null) : `${strip}${name}`);
  return names.map((name) => backwards.get(name) ?? spelt(name)).filter((name) => name !== null);
}

async function twinIssuer(issuer: Issuer, personas: readonly Persona[], webClientId = `${issuer.name}-web`): Promise<TwinIssuer> {
  const algorithm = issuer.settings.algorithms[0] ?? "RS256";
  const shape = shapeOf(issuer.provider);
  const iss = exactIssuer(issuer);
  const kid = randomBytes(24).toString("base64url");
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const { clientIds } = issuer.settings;
  const machineClientId = clientIds === null ? `${issuer.name}-machine` : (clientIds[1] ?? null);
  return {
    issuer,
    iss,
    shape,
    algorithm,
    privateKey,
    publicJwk: {
      ...(await exportJWK(publicKey)),
      kid,
      use: "sig",
      ...(shape.keysNameAlgorithm ? { alg: algorithm } : {}),
      ...shape.keyMembers?.(iss, kid),
    },
    personas: personas.filter(({ kind }) => kind === "user" || machineClientId !== null),
    webClientId: clientIds?.[0] ?? webClientId,
    machineClientId,
    sessions: new Sessions(),
  };
}

function exactIssuer({ issuers, templates, settings }: Issuer): string {
  const template = templates?.[0];
  const tenant = settings.tenants?.[0] ?? EXAMPLE_TENANT;
  return issuers[0] ?? (template === undefined ? "" : `${template.prefix}${tenant}${template.suffix}`);
}

/** Every right that the route table names. */
function rightsOf(gateway: Gateway): Rights {
  const names: Record<string, Set<string>> = {};
  const visit = (rule: Rule): void => {
    if ("rules" in rule) rule.rules.forEach(visit);
    else if ("name" in rule && typeof rule.name === "string") (names[rule.kind] ??= new Set()).add(rule.name);
  };
  for (const { rule } of gateway.routes.values()) visit(rule);
  const list = (kind: string) => [...(names[kind] ?? [])];
  return { scopes: list("scope"), roles: list("role"), groups: list("group"), permissions: list("permission") };
}

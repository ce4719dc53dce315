import { toSettings } from "../../src/config/check-issuer.ts";
import { type Problem, startReport } from "../../src/config/report.ts";
import { isIssuerOf } from "../../src/issuers/find-issuer.ts";
import { SallyportError } from "../../src/errors.ts";
import type { KeySource } from "../../src/keys/keys.ts";
import { makePrincipal } from "../../src/providers/make-principal.ts";
import type { Identity, IssuerDefinition, IssuerDialect, IssuerSettings, Provider } from "../../src/providers/provider.ts";
import type { JsonObject } from "../../src/json.ts";
import type { Sample } from "../e2e/sample.ts";
import type { UnverifiedToken, VerifiedToken } from "../../src/token/token.ts";

/** What every token of these fixtures says about its times: seconds since the epoch. */
export const TIMES = { iat: 1_800_000_000, exp: 1_800_003_600 };

/** A token that must become this identity. */
export interface Acceptance {
  readonly name: string;
  readonly issuer: IssuerDefinition;
  readonly header?: JsonObject;
  readonly claims: JsonObject;
  readonly keyIssuer?: string;
  readonly identity: ExpectedIdentity;
}

/** A token that must be refused with this code. */
export interface Refusal {
  readonly name: string;
  readonly issuer: IssuerDefinition;
  readonly header?: JsonObject;
  readonly claims: JsonObject;
  readonly keyIssuer?: string;
  readonly code: string;
}

/** A configuration that must not start, and the path its problem names. */
export interface Misconfiguration {
  readonly name: string;
  readonly issuer: IssuerDefinition;
  readonly path: string;
}

/** The issuers and key addresses a configuration must lead to. */
export interface Derivation {
  readonly name: string;
  readonly issuer: IssuerDefinition;
  readonly issuers: readonly string[];
  readonly templates?: readonly string[];
  readonly keys: readonly string[];
}

/** One provider's fixtures. */
export interface ProviderFixtures {
  /** The provider's own options, as `options` of it must be. */
  readonly options: Provider["options"];
  /** What the person reads who configures it wrongly: where, what, and what to do. Each text of `misconfigurations` once. */
  readonly messages: readonly string[];
  /** A good token for the suites that go through every kind of API; null where tokens do not come as bearer tokens. */
  readonly sample: Sample | null;
  /** Claims of which other providers' tokens say whom they are for, and which mean nothing here. */
  readonly unread?: readonly string[];
  readonly accepts: readonly Acceptance[];
  readonly refuses: readonly Refusal[];
  readonly misconfigurations: readonly Misconfiguration[];
  readonly derivations: readonly Derivation[];
}

type Authentication = Identity["authentication"];
/** Only what differs from an identity that holds nothing. */
export type ExpectedIdentity = Partial<Omit<Identity, "authentication">> & {
  readonly subject: string;
  readonly authentication?: Partial<Authentication>;
};

/** Fills an expectation up. */
export function complete(expected: ExpectedIdentity): Identity {
  const { authentication, ...rest } = expected;
  const lists = { scopes: [], roles: [], groups: [], permissions: [], groupsComplete: true };
  const empty = { kind: "user" as const, clientId: null, tenant: null, actor: null, ...lists, session: null, username: null, email: null };
  return { ...empty, ...rest, authentication: { at: null, methods: [], context: null, federatedBy: null, ...authentication } };
}

/** The gateway's own defaults; lifetimes and vocabulary are the gateway's business and tested there. */
function settingsOf({ options, provider }: IssuerDefinition): IssuerSettings {
  return { ...toSettings("shop", provider, options), maxLifetime: null, vocabulary: {} };
}

/** The problems a configuration has, as paths. */
export function problemsOf(definition: IssuerDefinition): readonly string[] {
  const problems: Problem[] = [];
  const dialect = definition.provider.configure(definition.options, settingsOf(definition), startReport(problems));
  if ((dialect === null) !== problems.length > 0) throw new Error("A provider must report a problem exactly when it answers null.");
  return problems.map(({ path }) => path);
}

/** The same problems as whole sentences: where, what, and what to do. */
export function problemTexts(definition: IssuerDefinition): readonly string[] {
  const problems: Problem[] = [];
  definition.provider.configure(definition.options, settingsOf(definition), startReport(problems));
  return problems.map(({ path, message, fix }) => `${path} ${message} ${fix}`);
}

/** Configures a provider the way the gateway does. */
export function configure(definition: IssuerDefinition): IssuerDialect {
  const problems: Problem[] = [];
  const dialect = definition.provider.configure(definition.options, settingsOf(definition), startReport(problems));
  if (dialect === null) throw new Error(problems.map(({ path, message }) => `${path} ${message}`).join("; "));
  return dialect;
}

/** One token's way through its provider: the issuer's choice, the key's location, the checks, the reading. */
export function pass(token: Omit<Acceptance, "name" | "identity">): { readonly identity: Identity; readonly location: KeySource } {
  const dialect = configure(token.issuer);
  const members = token.header ?? { alg: "RS256", kid: "k1" };
  const header = { alg: "RS256", kid: "k1", typ: typeof members.typ === "string" ? members.typ : null, members };
  // A load balancer's token belongs to whoever signed it, which its header says.
  const iss = members.signer ?? token.claims.iss;
  if (typeof iss !== "string" || !isIssuerOf(dialect, iss)) throw new SallyportError("issuer_unknown");
  const unverified: UnverifiedToken = { header, claims: token.claims, signingInput: new Uint8Array(), signature: new Uint8Array() };
  const location = dialect.locateKeys(unverified, iss);
  const isListed = location.kind === "single" || dialect.keyLocations.some((known) => known.url === location.url);
  if (!isListed) throw new Error("locateKeys left the configured locations.");
  // The brand exists in the type system only, and the signature is not what these tests are about.
  const verified = { header, claims: token.claims, iss, expiresAt: TIMES.exp } as unknown as VerifiedToken;
  dialect.check(verified, token.keyIssuer ?? null);
  return { identity: dialect.read(token.claims), location };
}

/** The claims of the principal that a token becomes where these are forwarded. */
export function claimsOf({ issuer, claims }: Pick<Acceptance, "issuer" | "claims">, forward: readonly string[]): JsonObject {
  const named = { name: "shop", provider: issuer.provider.name, settings: settingsOf(issuer) };
  const verified = { claims, iss: claims.iss, expiresAt: TIMES.exp } as unknown as VerifiedToken;
  return makePrincipal({ ...configure(issuer), ...named }, verified, forward).claims;
}

/** The reason a token is refused for; null where it is accepted. */
export function refusalOf(token: Omit<Acceptance, "name" | "identity">): string | null {
  try {
    pass(token);
    return null;
  } catch (error) {
    if (error instanceof SallyportError) return error.code;
    throw error;
  }
}

/** The claims without some of them. */
export function without(claims: JsonObject, ...names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !names.includes(name)));
}

import type { Report } from "../config/report.ts";
import type { KeyLocation, KeySource } from "../keys/keys.ts";
import type { OnlineCheck } from "../introspection/online.ts";
import type { LiveCheck } from "../live/live-check.ts";
import type { Principal } from "../principal/principal.ts";
import type { AlgorithmName } from "../token/algorithms.ts";
import type { JsonObject } from "../json.ts";
import type { ClaimPath, UnverifiedToken, VerifiedToken } from "../token/token.ts";
import type { ClaimNames } from "./identity.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** Which kind of token an issuer's callers present. */
export type TokenUse = "access" | "id";

/** The options every provider takes, with one meaning at all of them. */
export interface IssuerOptions {
  /**
   * The exact `iss`, or all of its spellings. Derived from the provider's own parts when absent; parts beside it must agree with it, and
   * those that would then not be read are refused.
   */
  readonly issuer?: string | readonly string[];
  /** What `aud` must be, or hold. */
  readonly audience?: string | readonly string[] | null;
  /**
   * The clients whose tokens are accepted; null accepts every client of the issuer. Absent: every client's access tokens, and ID tokens of
   * clients that are `audience`. ID tokens need one of the two.
   */
  readonly clientIds?: readonly string[] | null;
  /** Default `"access"`. */
  readonly tokenUse?: TokenUse;
  /** Default `["RS256"]`. */
  readonly algorithms?: readonly AlgorithmName[];
  /** The header's `typ` must then be one of these (RFC 8725 section 3.11). */
  readonly typ?: string | readonly string[];
  /**
   * The tenants accepted: Entra tenant ids, Auth0 organizations, Google Workspace domains. At providers that know the tenant themselves
   * they are compared with that, so that a `tenantClaim` beside them may name no other claim.
   */
  readonly tenants?: readonly string[] | null;
  /** Where the keys are, when they are not where the provider's own rules say. */
  readonly jwksUri?: string;
  readonly rolesClaim?: ClaimPath;
  readonly groupsClaim?: ClaimPath;
  readonly permissionsClaim?: ClaimPath;
  readonly emailClaim?: ClaimPath;
  readonly tenantClaim?: ClaimPath;
  /** The longest accepted `exp - iat`, as a duration such as `"24h"`; default `"30d"`, at Google `"24h"`; null for no limit. */
  readonly maxLifetime?: string | null;
  /** The accepted clock difference, as a duration; default `"60s"`, at most `"10m"`. */
  readonly clockSkew?: string;
  /** How the issuer's scopes, roles, groups and permissions become the gateway's own names. */
  readonly vocabulary?: Vocabulary;
  /** Asks the issuer whether a token is active (RFC 7662): `introspect({…})`. Default null: it is not asked. */
  readonly introspection?: OnlineCheck | null;
  /** Asks the issuer about the user on routes with `live()`: `cognitoLive({…})`. Default null: by introspection, or not at all. */
  readonly liveCheck?: LiveCheck | null;
}

/** A family of issuers, one per tenant: `prefix + <GUID> + suffix`. */
export interface IssuerTemplate {
  readonly prefix: string;
  readonly suffix: string;
}

/** The options after validation, defaults filled in, durations in seconds. */
export interface IssuerSettings {
  /** The name in `gateway.config.ts`. */
  readonly name: string;
  readonly audience: readonly string[] | null;
  readonly clientIds: readonly string[] | null;
  /** `clientIds` is null in so many words, and not only absent. */
  readonly anyClient: boolean;
  readonly tokenUse: TokenUse;
  readonly algorithms: readonly AlgorithmName[];
  /** Null: the provider's tokens may have any of the usual spellings, or none. */
  readonly typ: readonly string[] | null;
  readonly tenants: readonly string[] | null;
  /** Azure AD B2C user flows and custom policies; empty at all other providers. */
  readonly policies: readonly string[];
  readonly rolesClaim: ClaimPath | null;
  readonly groupsClaim: ClaimPath | null;
  readonly permissionsClaim: ClaimPath | null;
  readonly emailClaim: ClaimPath | null;
  readonly tenantClaim: ClaimPath | null;
  /** Seconds; null for no limit. */
  readonly maxLifetime: number | null;
  /** Seconds. */
  readonly clockSkew: number;
  readonly vocabulary: Vocabulary;
  /** Absent: the issuer is not asked about its tokens. */
  readonly introspection?: OnlineCheck;
  /** Absent: by introspection, or not at all. */
  readonly liveCheck?: LiveCheck;
}

/** What a provider reads out of a verified token: the principal, less what the gateway itself adds. */
export interface Identity extends Omit<Principal, "id" | "issuer" | "token" | "expiresAt" | "claims"> {
  readonly username: string | null;
  readonly email: string | null;
}

/** One issuer as its provider configured it: exact issuers, key locations, and the provider's own checks. */
export interface IssuerDialect {
  /** Every exact `iss` this issuer's tokens may carry. */
  readonly issuers: readonly string[];
  /** Multi-tenant families; tokens of the family are this issuer's, and `check` decides on the tenant. */
  readonly templates?: readonly IssuerTemplate[];
  /** One spelling for all that mean the same issuer, where the provider's tokens differ in it. Nothing is ever asked at it. */
  canonical?(iss: string): string;
  /**
   * Asked about a token that is no configured issuer's: refuses one that was meant for the provider's own APIs, whoever issued it.
   * @throws SallyportError `token_not_for_api`
   */
  refuseStranger?(token: UnverifiedToken): void;
  /**
   * Whether nobody but the issuer can verify this token, whatever its form: where introspection is configured the issuer is asked about it
   * as about an opaque one. `locateKeys` refuses it.
   * @throws SallyportError `claim_malformed`
   */
  isForIssuerOnly?(token: UnverifiedToken, iss: string): boolean;
  /**
   * Where the token's key must be published, chosen among configured locations only. A token that points at none of
   * them is refused here, before any I/O.
   * @throws SallyportError `policy_not_allowed`, `token_not_for_api`
   */
  locateKeys(token: UnverifiedToken, iss: string): KeySource;
  /** Where rights are in this issuer's tokens without any `rolesClaim` and the like; nowhere where such a token would be refused. */
  readonly names: Pick<ClaimNames, "scopes" | "roles" | "groups" | "permissions">;
  /** The tenants that accepted tokens can name, spelt as in the principal; null for any, empty where tokens name none. */
  readonly tenants: readonly string[] | null;
  /** Every key set that `locateKeys` can answer: what is fetched early, pinned, or redirected in the local twin. */
  readonly keyLocations: readonly KeyLocation[];
  /**
   * The provider's own checks, after the signature and the times: kind of token, audience, client, tenant, policy.
   * `keyIssuer` is the signing JWK's `issuer` member.
   * @throws SallyportError
   */
  check(token: VerifiedToken, keyIssuer: string | null): void;
  /** Reads the claims of a token that passed `check`. The provider's own names; vocabulary is applied by the caller. */
  read(claims: JsonObject): Identity;
}

/** How a setting is checked before its provider sees it. */
export type OptionKind = "string" | "strings" | "boolean" | "boolean or strings";

/** One identity provider: facts as data plus the checks that only it needs. No fetching, caching or policy. */
export interface Provider<Options extends IssuerOptions = IssuerOptions> {
  readonly name: string;
  /** The provider's own options, beyond those of {@link IssuerOptions}: for validation and "did you mean". */
  readonly options: Readonly<Record<string, OptionKind>>;
  /** Options of its own that nothing but the issuers is derived from: refused beside `issuer`, where nobody would read them. */
  readonly issuerParts?: readonly string[];
  /** Used where `tokenUse` is absent. */
  readonly defaultTokenUse?: TokenUse;
  /** Used where `algorithms` is absent; default `["RS256"]`. */
  readonly defaultAlgorithms?: readonly AlgorithmName[];
  /** Used where `maxLifetime` is absent; default `"30d"`. */
  readonly defaultMaxLifetime?: string;
  /** Turns options into a dialect; reports what is missing or wrong and then answers null. */
  configure(options: Options, settings: IssuerSettings, report: Report): IssuerDialect | null;
}

/** What a provider factory returns: plain data, nothing checked yet. */
export interface IssuerDefinition {
  readonly provider: Provider;
  readonly options: IssuerOptions;
}

/** One configured issuer, ready for use. */
export interface Issuer extends IssuerDialect {
  readonly name: string;
  readonly provider: string;
  readonly settings: IssuerSettings;
}

import type { IssuerSettings } from "../providers/provider.ts";
import type { ClaimPath } from "../token/token.ts";

/**
 * What a claim is, where API Gateway hands it on as text.
 * - `words`: a list none of whose elements can hold a space; `commas`: one none of whose elements can hold a comma
 * - `guids`: a list of GUIDs; `list`: a list whose elements may hold spaces, readable only while none is there
 * - `joined`: a list joined by commas whose elements may hold commas, readable only while none is there
 * - `audience`: a text, or a list of URIs, which a text in brackets cannot be (RFC 7519 section 2, StringOrURI)
 * - `objects`: a list of objects, each of them JSON
 */
export type ClaimType = "text" | "number" | "boolean" | "json" | "words" | "commas" | "guids" | "list" | "joined" | "audience" | "objects";

/** The types that a configuration may give a claim. */
export const CONFIGURABLE_TYPES = ["text", "number", "boolean", "json", "words", "commas"] as const satisfies readonly ClaimType[];

/** The type of a claim by its name; null: nobody knows. */
export type ClaimTypes = (name: string) => ClaimType | null;

const NAMES: Readonly<Partial<Record<ClaimType, string>>> = {
  text: `
    iss sub azp appid azpacr appidacr client_id cid uid tid oid jti uti origin_jti event_id sid ver token_use scope nonce at_hash c_hash
    s_hash acr tfp idp idtyp org_id org_name hd sub_profile username cognito:username cognito:preferred_role identities
    name given_name family_name middle_name nickname preferred_username upn unique_name profile picture website email gender birthdate
    zoneinfo locale phone_number ipaddr device_key`,
  number: "exp iat nbf auth_time updated_at version",
  boolean: "email_verified phone_number_verified hasgroups newUser",
  json: "act cnf address realm_access resource_access _claim_names _claim_sources events",
  words: "amr acrs xms_cc gty",
  list: "roles groups permissions entitlements",
  audience: "aud",
};

/** What a provider's own facts settle beyond that: scopes, app roles and the groups of a user pool have no spaces in their names. */
const BY_PROVIDER: Readonly<Record<string, Readonly<Record<string, ClaimType>>>> = {
  cognito: { "cognito:groups": "words", "cognito:roles": "words", identities: "objects" },
  entraId: { scp: "text", roles: "words", groups: "guids", wids: "guids" },
  entraExternalId: { scp: "text", roles: "words", groups: "guids", wids: "guids" },
  azureAdB2c: { scp: "text", emails: "list" },
  auth0: { permissions: "words" },
  okta: { scp: "words" },
};

const COMMON: readonly (readonly [string, ClaimType])[] = Object.entries(NAMES).flatMap(([type, names]) =>
  names
    .trim()
    .split(/\s+/)
    .map((name) => [name, type as ClaimType] as const),
);

/** The types of an issuer's claims: the common ones, its provider's, those its settings imply, and those configured. */
export function claimTypes(provider: string, settings: IssuerSettings, configured: Readonly<Record<string, ClaimType>>): ClaimTypes {
  const { rolesClaim, groupsClaim, permissionsClaim, emailClaim, tenantClaim } = settings;
  const types = new Map<string, ClaimType>([
    ...COMMON,
    ...[rolesClaim, groupsClaim, permissionsClaim].flatMap((path) => implied(path, "list")),
    ...[emailClaim, tenantClaim].flatMap((path) => implied(path, "text")),
  ]);
  const known = Object.hasOwn(BY_PROVIDER, provider) ? BY_PROVIDER[provider] : {};
  const settled = new Map([...Object.entries(known ?? {}), ...Object.entries(configured)]);
  return (name) => settled.get(name) ?? (isAttribute(provider, name) ? "text" : (types.get(name) ?? null));
}

/** A pool's custom attributes are texts, some of which users write themselves: brackets in them mean nothing. */
const isAttribute = (provider: string, name: string) => provider === "cognito" && name.startsWith("custom:");

/** A nested claim is inside an object, which API Gateway writes as JSON. */
function implied(path: ClaimPath | null, type: ClaimType): readonly (readonly [string, ClaimType])[] {
  const [name, ...below] = typeof path === "string" ? [path] : (path ?? []);
  return name === undefined ? [] : [[name, below.length === 0 ? type : "json"]];
}

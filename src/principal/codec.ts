import { SallyportError } from "../errors.ts";
import { isJsonObject, type Json, type JsonObject, MAX_DEPTH, parseStrictJson } from "../json.ts";
import type { Authentication, Principal } from "./principal.ts";
import type { TokenMarks } from "./proof.ts";

/** The version of the form on the wire. */
const VERSION = 1;

/**
 * Bytes that an authorizer's context may have as JSON, in its larger form, the textual one. WebSocket APIs stop at 8 KB for the
 * whole answer, policy included; one budget for all API types means that no principal works on one and fails on another.
 */
export const CONTEXT_BUDGET = 7_168;

/**
 * What always fits, as {@link weigh} counts. A character takes at most 7 bytes of JSON within JSON (`\\u0001`) and 6 more where a flat
 * key repeats it; a comma and two escaped quotes take less than one character may; the flat keys' names take less than a hundred bytes.
 */
const ALWAYS_FITS = Math.floor((CONTEXT_BUDGET - 100) / 13);

type Field = "text" | "optionalText" | "texts" | "flag" | "seconds" | "optionalSeconds" | "object";

const FIELDS: Readonly<Record<Exclude<keyof Principal, "authentication">, Field>> = {
  id: "text",
  issuer: "text",
  kind: "text",
  token: "text",
  subject: "text",
  clientId: "optionalText",
  tenant: "optionalText",
  actor: "optionalText",
  scopes: "texts",
  roles: "texts",
  groups: "texts",
  permissions: "texts",
  groupsComplete: "flag",
  session: "optionalText",
  expiresAt: "seconds",
  claims: "object",
};

const AUTHENTICATION: Readonly<Record<keyof Principal["authentication"], Field>> = {
  at: "optionalSeconds",
  methods: "texts",
  context: "optionalText",
  federatedBy: "optionalText",
};

/** The closed values of two fields: anything else is not a principal. */
const VALUES: Readonly<Record<string, readonly unknown[]>> = { kind: ["user", "client"], token: ["access", "id"] };

/** The flat keys beside the principal: for mapping templates and access logs where a context holds only scalars. */
const FLAT = ["issuer", "kind", "subject", "clientId", "tenant"] as const;

/** What an authorizer's answer carries to the business side. */
export type AuthorizerContext = Record<string, Json>;

/**
 * The context of an HTTP API's simple response, which keeps JSON values as they are.
 * @throws SallyportError `principal_too_large`
 */
export function encodeNative(principal: Principal): AuthorizerContext {
  const wire = toWire(principal);
  // Nearly every principal is so small that its text need not be written to be measured.
  if (weigh(wire) > ALWAYS_FITS) toText(principal, wire);
  return { principal: wire };
}

/**
 * The context of REST and WebSocket APIs, and of IAM answers, where every value becomes text: the principal as one JSON
 * string, and a few flat keys.
 * @throws SallyportError `principal_too_large`
 */
export function encodeText(principal: Principal): AuthorizerContext {
  return toText(principal, toWire(principal));
}

function toText(principal: Principal, wire: JsonObject): AuthorizerContext {
  const context: AuthorizerContext = {};
  for (const name of FLAT) if (principal[name] !== null) context[name] = principal[name];
  const text = JSON.stringify(wire);
  context["principal"] = text;
  if (weigh(wire) > ALWAYS_FITS && Buffer.byteLength(JSON.stringify(context)) > CONTEXT_BUDGET) {
    throw new SallyportError("principal_too_large");
  }
  return context;
}

/**
 * Reads the principal back out of `event.requestContext.authorizer` (or its `lambda` member), either form.
 * @throws SallyportError `principal_missing`, `principal_malformed`
 */
export function decodePrincipal(context: unknown): Principal {
  if (!isJsonObject(context) || !Object.hasOwn(context, "principal")) throw new SallyportError("principal_missing");
  const wire = typeof context["principal"] === "string" ? parse(context["principal"]) : context["principal"];
  if (!isJsonObject(wire) || wire["v"] !== VERSION || !isJsonObject(wire["authentication"])) throw malformed();
  const authentication = readFields(wire["authentication"], AUTHENTICATION);
  return { ...readFields(wire, FIELDS), authentication } as unknown as Principal;
}

/** The longest token id that goes with a principal, in characters: that much is left beside the principal's own budget. */
const MAX_TOKEN_ID = 128;

/**
 * The marks of a token, to stand beside its principal in an authorizer's context: only for guards that read revocations.
 * @throws SallyportError `principal_too_large`
 */
export function encodeMarks({ tokenId, issuedAt }: TokenMarks): AuthorizerContext {
  if (tokenId !== null && tokenId.length > MAX_TOKEN_ID) throw new SallyportError("principal_too_large");
  return { ...(tokenId !== null && { tokenId }), ...(issuedAt !== null && { issuedAt }) };
}

/**
 * Reads them back, of numbers also the text that REST and WebSocket APIs make of them.
 * @throws SallyportError `principal_malformed`
 */
export function decodeMarks(context: unknown): TokenMarks {
  const { tokenId = null, issuedAt = null } = isJsonObject(context) ? context : {};
  const seconds = typeof issuedAt === "string" && /^\d{1,12}(\.\d{1,9})?$/.test(issuedAt) ? Number(issuedAt) : issuedAt;
  if ((tokenId !== null && !isText(tokenId)) || (seconds !== null && !isSeconds(seconds))) throw malformed();
  return { tokenId, issuedAt: seconds } as TokenMarks;
}

/**
 * Nulls and empty lists are left out: no API type can then lose them on the way. Member by member, because this runs for every request:
 * written by names out of a table, an object costs several times as much.
 */
function toWire(principal: Principal): JsonObject {
  const { id, issuer, kind, token, subject, groupsComplete, expiresAt, claims } = principal;
  const wire: Record<string, Json> = { v: VERSION, id, issuer, kind, token, subject, groupsComplete, expiresAt, claims };
  if (principal.clientId !== null) wire["clientId"] = principal.clientId;
  if (principal.tenant !== null) wire["tenant"] = principal.tenant;
  if (principal.actor !== null) wire["actor"] = principal.actor;
  if (principal.session !== null) wire["session"] = principal.session;
  if (principal.scopes.length > 0) wire["scopes"] = principal.scopes;
  if (principal.roles.length > 0) wire["roles"] = principal.roles;
  if (principal.groups.length > 0) wire["groups"] = principal.groups;
  if (principal.permissions.length > 0) wire["permissions"] = principal.permissions;
  wire["authentication"] = signInToWire(principal.authentication);
  return wire;
}

function signInToWire({ at, methods, context, federatedBy }: Authentication): JsonObject {
  const wire: Record<string, Json> = {};
  if (at !== null) wire["at"] = at;
  if (methods.length > 0) wire["methods"] = methods;
  if (context !== null) wire["context"] = context;
  if (federatedBy !== null) wire["federatedBy"] = federatedBy;
  return wire;
}

/** Characters, and one for everything that JSON puts around a value or a name; two for what is not text. */
function weigh(value: Json): number {
  if (typeof value === "string") return value.length + 1;
  let weight = 2;
  if (isJsonObject(value)) for (const name in value) weight += name.length + 1 + weigh(value[name] ?? null);
  else if (Array.isArray(value)) for (const item of value as readonly Json[]) weight += weigh(item);
  return weight;
}

/** A token's claims lie one level deeper in a principal, so whatever a token may hold comes back. */
const WIRE_DEPTH = MAX_DEPTH + 4;

function parse(text: string): JsonObject {
  try {
    return parseStrictJson(Buffer.from(text), WIRE_DEPTH);
  } catch {
    throw malformed();
  }
}

function readFields(wire: JsonObject, fields: Readonly<Record<string, Field>>): JsonObject {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, readField(wire, name, field)]));
}

function readField(wire: JsonObject, name: string, field: Field): Json {
  const value = Object.hasOwn(wire, name) ? wire[name] : undefined;
  if (value === undefined && field.startsWith("optional")) return null;
  if (value === undefined && field === "texts") return [];
  const allowed = VALUES[name];
  if (value === undefined || !HAS_TYPE[field](value) || (allowed !== undefined && !allowed.includes(value))) throw malformed();
  return value;
}

const isText = (value: Json) => typeof value === "string" && value !== "";
const isSeconds = (value: Json) => Number.isFinite(value) && (value as number) >= 0;
const HAS_TYPE: Readonly<Record<Field, (value: Json) => boolean>> = {
  text: isText,
  optionalText: isText,
  texts: (value) => Array.isArray(value) && value.every((item) => typeof item === "string"),
  flag: (value) => typeof value === "boolean",
  seconds: isSeconds,
  optionalSeconds: isSeconds,
  object: isJsonObject,
};

const malformed = () => new SallyportError("principal_malformed");

import { checkNames, checkText, isObject, kindOf } from "../config/check-values.ts";
import { checked, type Report } from "../config/report.ts";
import type { Gateway } from "../gateway.ts";
import { isFetchable } from "../keys/addresses.ts";
import { type NameMapping, translate } from "../providers/vocabulary.ts";
import type { Rule } from "../rules/rule.ts";

/** How the API presents itself to clients that do not know it yet. */
export interface ResourceMetadataOptions {
  /** The API's own identifier: the https URL under which clients know it, without query and fragment (RFC 9728 section 1.2). */
  readonly resource: string;
  /** A name for people. */
  readonly name?: string;
  /** The URL of a page for developers. */
  readonly documentation?: string;
}

/** A Lambda proxy result, valid on REST and HTTP APIs. */
export interface MetadataResult {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const WELL_KNOWN = "/.well-known/oauth-protected-resource";
/** Seconds: it changes with a deployment only. */
const MAX_AGE = 3_600;

/**
 * The handler of `GET /.well-known/oauth-protected-resource`, a public route (RFC 9728): which authorization servers issue tokens
 * for this API, and which scopes its rules ask for, in the issuers' own words. Everything else is read from the gateway.
 * @throws ConfigurationError at once, for a malformed option
 */
export function resourceMetadata(gateway: Gateway, options: ResourceMetadataOptions): () => Promise<MetadataResult> {
  checkOptions(options);
  const { resource, name, documentation } = options;
  const scopes = scopesOf(gateway);
  const servers = serversOf(gateway);
  const body = JSON.stringify({
    resource,
    // What would be empty is left out (section 3.2).
    ...(servers.length > 0 && { authorization_servers: servers }),
    bearer_methods_supported: ["header"],
    ...(scopes.length > 0 && { scopes_supported: scopes }),
    ...(name !== undefined && { resource_name: name }),
    ...(documentation !== undefined && { resource_documentation: documentation }),
  });
  // Public by its nature, and read by clients in browsers of any origin.
  const headers = { "content-type": "application/json", "cache-control": `public, max-age=${MAX_AGE}`, "access-control-allow-origin": "*" };
  return async () => ({ statusCode: 200, headers, body });
}

/**
 * Where a resource's metadata is: the well-known path goes between host and path (RFC 9728 section 3.1). For challenges.
 * @throws ConfigurationError for what is no resource identifier
 */
export function resourceMetadataUrl(resource: string): string {
  checkOptions({ resource });
  const { origin, pathname } = new URL(resource);
  return `${origin}${WELL_KNOWN}${pathname === "/" ? "" : pathname}`;
}

/** @throws ConfigurationError */
function checkOptions(options: ResourceMetadataOptions): void {
  checked("resourceMetadata", (report) => {
    if (!isObject(options)) {
      return report.problem("", `is ${kindOf(options)}, not an object.`, "Write `{ resource: 'https://api.example' }`.");
    }
    checkNames(options, ["resource", "name", "documentation"], report);
    checkResource(options.resource, report);
    if (options.name !== undefined) checkText(options.name, report, "name");
    if (options.documentation !== undefined) checkUrl(options.documentation, report, "documentation");
  });
}

function checkResource(value: unknown, report: Report): void {
  if (checkUrl(value, report, "resource") && /[?#]/.test(value))
    report.problem("resource", "holds a query, a fragment or a user.", "Write scheme, host and path only.");
}

function checkUrl(value: unknown, report: Report, path: string): value is string {
  if (!checkText(value, report, path)) return false;
  if (isFetchable(value)) return true;
  report.problem(path, "is not an https URL.", "Write it as clients use it: https://api.example.");
  return false;
}

/** The issuers that are URLs, as section 2 has them; those of a family for each tenant that is configured. */
function serversOf({ issuers }: Gateway): string[] {
  const all = issuers.flatMap(({ issuers: exact, templates = [], settings }) => [
    ...exact,
    ...templates.flatMap(({ prefix, suffix }) => (settings.tenants ?? []).map((tenant) => `${prefix}${tenant.toLowerCase()}${suffix}`)),
  ]);
  return [...new Set(all.filter(isFetchable))];
}

/** The scopes that the rules name, as each issuer would have to write them. */
function scopesOf({ issuers, routes }: Gateway): string[] {
  const wanted = new Set([...routes.values()].flatMap(({ rule }) => scopesIn(rule)));
  return [
    ...new Set(issuers.flatMap(({ settings }) => [...wanted].flatMap((name) => ownNames(name, settings.vocabulary.scopes)))),
  ].toSorted();
}

function scopesIn(rule: Rule): string[] {
  if (rule.kind === "allOf" || rule.kind === "anyOf") return rule.rules.flatMap(scopesIn);
  return rule.kind === "scope" ? [rule.name] : [];
}

/** What an issuer's name for a right may be: whatever the vocabulary turns into it. */
function ownNames(name: string, mapping: NameMapping | undefined): string[] {
  if (mapping === undefined) return [name];
  const candidates = [...Object.keys(mapping.map ?? {}), ...(mapping.strip === undefined ? [] : [`${mapping.strip}${name}`]), name];
  return candidates.filter((candidate) => translate(candidate, mapping) === name);
}

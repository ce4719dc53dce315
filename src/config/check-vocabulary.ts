import type { Gateway } from "../gateway.ts";
import type { Issuer, IssuerSettings } from "../providers/provider.ts";
import { type NameMapping, translate, type Vocabulary } from "../providers/vocabulary.ts";
import type { Rule } from "../rules/rule.ts";
import { checkNames, checkObject, checkText, kindOf } from "./check-values.ts";
import { NEVER_FORWARDED } from "./never-forwarded.ts";
import type { Report } from "./report.ts";

/** Which part of the vocabulary a rule's name belongs to. */
const KINDS = { scope: "scopes", role: "roles", group: "groups", permission: "permissions" } as const satisfies Record<
  string,
  keyof Vocabulary
>;

/** Checks an issuer's vocabulary: known parts, exact names, an explicit choice for the rest, and no two names that collide. */
export function checkVocabulary(value: unknown, report: Report, path: string): boolean {
  if (!checkObject(value, report, path, "Write `{ scopes: { map: {…}, rest: 'drop' } }`.")) return false;
  checkNames(value, Object.values(KINDS), report.at(path), "part of the vocabulary");
  return Object.entries(value)
    .map(([part, mapping]) => checkMapping(mapping, report.at(`${path}.${part}`)))
    .every(Boolean);
}

function checkMapping(mapping: unknown, report: Report): boolean {
  if (!checkObject(mapping, report, "", "Write `{ map, strip, rest }`.")) return false;
  checkNames(mapping, ["map", "strip", "rest"], report);
  const { map, strip, rest } = mapping;
  const isStrip = strip === undefined || checkText(strip, report, "strip");
  const isRest = checkRest(rest, strip, report);
  return (map === undefined || checkMap(map, report.at("map"))) && isStrip && isRest;
}

function checkRest(rest: unknown, strip: unknown, report: Report): boolean {
  if (rest !== "pass" && rest !== "drop") {
    return report.problem("rest", `is ${kindOf(rest)}.`, 'Choose what happens to other names: "pass" or "drop".');
  }
  if (rest === "drop" || strip === undefined) return true;
  const message = 'is "pass" beside `strip`: names with the prefix and without it would become the same.';
  return report.problem("rest", message, 'Write `rest: "drop"`, and list the other names in `map`.');
}

function checkMap(map: unknown, report: Report): boolean {
  if (!checkObject(map, report, "", 'Write `{ "the issuer\'s name": "the gateway\'s name" }`.')) return false;
  const names = Object.entries(map).map(([from, to]) => checkText(to, report, `["${from}"]`));
  const targets = Object.values(map);
  const twice = Object.entries(map).find(([, to], index) => targets.indexOf(to) !== index);
  if (twice === undefined) return names.every(Boolean);
  return report.problem(
    `["${twice[0]}"]`,
    "becomes the same name as another entry.",
    "Give each its own name, and let the rule name both with `anyOf`.",
  );
}

type Part = (typeof KINDS)[keyof typeof KINDS];
/** The option that names the claim of a part; scopes have none. */
const CLAIMS = { roles: "rolesClaim", groups: "groupsClaim", permissions: "permissionsClaim" } as const satisfies Partial<
  Record<Part, keyof IssuerSettings>
>;

/** Reports rules whose name or tenant no configured issuer can produce: they could never hold. */
export function checkRuleNames(gateway: Pick<Gateway, "issuers" | "routes" | "forward">, report: Report): void {
  for (const { key, rule } of gateway.routes.values()) checkNamesOf(rule, gateway, report.at(`["${key}"]`));
}

function checkNamesOf(rule: Rule, gateway: Pick<Gateway, "issuers" | "forward">, report: Report): void {
  if (rule.kind === "allOf" || rule.kind === "anyOf") for (const part of rule.rules) checkNamesOf(part, gateway, report);
  else if (rule.kind === "claim") {
    const [name = ""] = rule.path;
    if (!gateway.forward.includes(name)) report.problem("", "the rule reads a claim that is not forwarded.", "Add the claim to `forward`.");
    else if (rule.path.some((key) => NEVER_FORWARDED.includes(key))) {
      report.problem("", "the rule reads a credential of another system.", "Name another claim: credentials never cross the wall.");
    }
  } else if (rule.kind === "tenant") {
    checkTenant(rule.name, gateway.issuers, report);
  } else if (rule.kind === "scope" || rule.kind === "role" || rule.kind === "group" || rule.kind === "permission") {
    checkName(rule.kind, rule.name, gateway.issuers, report);
  }
}

function checkName(kind: keyof typeof KINDS, name: string, issuers: readonly Issuer[], report: Report): void {
  const part = KINDS[kind];
  const readers = issuers.filter((issuer) => isRead(part, issuer));
  if (readers.length === 0) {
    const fix =
      part === "scopes" ? "Let the rule ask for something that tokens hold." : `Set \`${CLAIMS[part]}\` on an issuer, or correct the rule.`;
    report.problem("", `no issuer reads ${part}.`, fix);
  } else if (!readers.some(({ settings }) => canProduce(settings.vocabulary[part], name))) {
    const fix = `Write the name as \`vocabulary.${part}\` leaves it, or add it there.`;
    report.problem("", `no issuer's vocabulary can produce this ${kind}.`, fix);
  }
}

/** A tenant that no issuer's tokens can name is somebody's mistake, too. */
function checkTenant(name: string, issuers: readonly Issuer[], report: Report): void {
  const known = issuers.map((issuer) => (isAskedForMore(issuer) ? null : issuer.tenants));
  if (known.some((tenants) => tenants === null || tenants.includes(name))) return;
  if (known.every((tenants) => tenants?.length === 0)) {
    report.problem("", "no issuer's tokens name a tenant.", "Set `tenantClaim` on an issuer, or correct the rule.");
  } else {
    const fix = "Write it as tokens do, GUIDs in lower case, or list it in `tenants`.";
    report.problem("", "no issuer accepts tokens of this tenant.", fix);
  }
}

/** What introspection answers about other tokens than JWTs may hold names of any kind. */
const isAskedForMore = ({ settings: { introspection } }: Issuer): boolean => introspection !== undefined && introspection.tokens !== "jwt";

/** From a claim that the provider knows or the configuration names, or from an answer. */
function isRead(part: Part, issuer: Issuer): boolean {
  const { names, settings } = issuer;
  if (isAskedForMore(issuer)) return true;
  return (names[part]?.length ?? 0) > 0 || (part !== "scopes" && settings[CLAIMS[part]] !== null);
}

/** Whether some name of the issuer's becomes this one. No issuer is expected to write a prefix twice. */
function canProduce(mapping: NameMapping | undefined, name: string): boolean {
  if (mapping === undefined) return true;
  const { map = {}, strip } = mapping;
  const prefixed = strip === undefined || name.startsWith(strip) ? [] : [strip + name];
  return [...Object.keys(map), ...prefixed, name].some((source) => translate(source, mapping) === name);
}

import type { Rule } from "./rule.ts";

type Describers = { readonly [Kind in Rule["kind"]]: (rule: Extract<Rule, { kind: Kind }>) => string };

const named = ({ kind, name }: { readonly kind: string; readonly name: string }) => `${kind} ${name}`;

const DESCRIBERS: Describers = {
  public: () => "public",
  authenticated: () => "authenticated",
  scope: named,
  group: named,
  role: named,
  permission: named,
  issuer: named,
  tenant: named,
  user: named,
  client: named,
  assurance: named,
  claim: ({ path, values }) => `claim ${path.join(".")} is ${values.map((value) => JSON.stringify(value)).join(" or ")}`,
  custom: named,
  multiFactor: ({ within }) => (within === null ? "multi-factor" : `multi-factor within ${within}`),
  authenticatedWithin: ({ within }) => `authenticated within ${within}`,
  live: () => "live",
  allOf: ({ rules }) => join(rules, " and "),
  anyOf: ({ rules }) => join(rules, " or "),
};

/** A rule as readable text: `scope orders:write and (group buyers or permission orders:create)`. */
export function describeRule(rule: Rule): string {
  const describer = DESCRIBERS[rule.kind] as (rule: Rule) => string;
  return describer(rule);
}

/** Brackets only where the reader needs them: around a combination of two or more inside another. */
function join(rules: readonly Rule[], separator: string): string {
  const bracket = rules.length > 1;
  return rules
    .map((rule) => (bracket && "rules" in rule && rule.rules.length > 1 ? `(${describeRule(rule)})` : describeRule(rule)))
    .join(separator);
}

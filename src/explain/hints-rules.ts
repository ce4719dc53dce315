import { suggest } from "../config/suggest.ts";
import { evaluate } from "../rules/evaluate.ts";
import type { Rule } from "../rules/rule.ts";
import { leaves } from "./rule-trace.ts";
import type { Hint, HintEvidence } from "./hint.ts";

const LISTS = { scope: "scopes", group: "groups", role: "roles", permission: "permissions" } as const;
type Named = Extract<Rule, { kind: keyof typeof LISTS }>;

const isNamed = (rule: Rule): rule is Named => Object.hasOwn(LISTS, rule.kind);

/** The rights that the route's rule names and the principal does not have. */
function missing({ route, principal }: HintEvidence): readonly Named[] {
  if (route === null || principal === null) return [];
  return leaves(route.rule)
    .filter(isNamed)
    .filter((rule) => !principal[LISTS[rule.kind]].includes(rule.name));
}

/** Missing rights that the token has under another kind. */
const misfiled = (evidence: HintEvidence) =>
  missing(evidence).flatMap((rule) =>
    Object.entries(LISTS)
      .filter(([kind, list]) => kind !== rule.kind && evidence.principal?.[list].includes(rule.name))
      .map(([kind]) => `${rule.kind} ${rule.name} is in the token as a ${kind}`),
  );

/** Missing rights that the token has, and that the vocabulary drops or calls otherwise. */
const renamed = (evidence: HintEvidence) =>
  missing(evidence).flatMap((rule) =>
    evidence.names
      .filter(({ kind, token, gateway }) => kind === rule.kind && gateway !== rule.name && isAlike(token, rule.name))
      .map(({ gateway }) =>
        gateway === null ? `drops a name like ${rule.kind} ${rule.name}` : `gives ${rule.kind} ${rule.name} another name`,
      ),
  );

/** The same name, but for case, a prefix, or the separators that providers allow. */
function isAlike(token: string, own: string): boolean {
  const plain = (name: string) => name.toLowerCase().replaceAll(/[.:_-]/g, ":");
  return plain(token) === plain(own) || plain(token).endsWith(`/${plain(own)}`) || plain(token).endsWith(`:${plain(own)}`);
}

const asks =
  (...kinds: Rule["kind"][]) =>
  ({ route }: HintEvidence) =>
    route !== null && leaves(route.rule).some(({ kind }) => kinds.includes(kind));

/** The parts of the route's rule that another sign-in could mend. */
function unmet<Kind extends Rule["kind"]>(
  { route, principal, now }: HintEvidence,
  ...kinds: Kind[]
): readonly Extract<Rule, { kind: Kind }>[] {
  if (route === null || principal === null) return [];
  const isWanted = (rule: Rule): rule is Extract<Rule, { kind: Kind }> => (kinds as Rule["kind"][]).includes(rule.kind);
  return leaves(route.rule)
    .filter(isWanted)
    .filter((rule) => !evaluate(rule, principal, now).holds);
}

/** What the rule asks of the sign-in's age: a second factor may be of any age. */
const unmetAges = (evidence: HintEvidence) => unmet(evidence, "authenticatedWithin", "multiFactor").filter(({ within }) => within !== null);

/** Rules of one's own that threw an error. */
const thrown = (evidence: HintEvidence) => unmet(evidence, "custom").filter((rule) => isFault(rule, evidence));

function isFault(rule: Rule, { principal, now }: HintEvidence): boolean {
  const verdict = principal === null ? null : evaluate(rule, principal, now);
  return verdict !== null && !verdict.holds && verdict.code === "internal_error";
}

const isSlashed = ({ wanted }: HintEvidence) => wanted !== null && wanted.length > 5 && wanted.endsWith("/");

/** Routes of the table with the same path and another method. */
function otherMethods({ wanted, gateway }: HintEvidence): readonly string[] {
  const path = wanted?.split(" ")[1];
  return path === undefined ? [] : [...gateway.routes.keys()].filter((key) => key.split(" ")[1] === path);
}

const nearRoute = ({ wanted, gateway }: HintEvidence) => (wanted === null ? null : suggest(wanted, [...gateway.routes.keys()]));

/** The route and its rule. */
export const RULE_HINTS: readonly Hint[] = [
  {
    codes: ["rule_denied"],
    when: (evidence) => renamed(evidence).length > 0,
    text: (evidence) =>
      `The issuer's vocabulary ${[...new Set(renamed(evidence))].join("; ")}: compare its map with the names in the token.`,
  },
  {
    codes: ["rule_denied"],
    when: (evidence) => misfiled(evidence).length > 0,
    text: (evidence) => `Kinds of rights are kept apart: ${[...new Set(misfiled(evidence))].join("; ")}.`,
  },
  {
    codes: ["rule_denied"],
    when: (evidence) => evidence.principal?.kind === "client" && asks("multiFactor", "authenticatedWithin", "assurance")(evidence),
    text: "The route asks for a sign-in, and this is a machine client, which cannot sign in.",
  },
  {
    codes: ["rule_denied"],
    when: (evidence) => evidence.principal?.kind === "client" && missing(evidence).some(({ kind }) => kind === "group"),
    text: "The route asks for a group, and machine clients are in none.",
  },
  {
    codes: ["rule_denied"],
    when: (evidence) =>
      missing(evidence).some(({ kind }) => kind === "scope") && evidence.principal?.scopes.length === 0 && renamed(evidence).length === 0,
    text: "The token grants no scope that this gateway knows. The client has to ask for it, and the provider has to allow it.",
  },
  {
    codes: ["internal_error"],
    when: (evidence) => thrown(evidence).length > 0,
    text: (evidence) => {
      const names = [...new Set(thrown(evidence).map(({ name }) => `"${name}"`))];
      return `A rule of your own threw an error: ${names.join(", ")}. It must answer for every principal.`;
    },
  },
  {
    codes: ["step_up_required"],
    when: (evidence) => evidence.principal?.authentication.at === null && unmetAges(evidence).length > 0,
    text: "The token does not say when the user signed in (`auth_time`): set the provider to write it.",
  },
  {
    codes: ["step_up_required"],
    when: (evidence) => evidence.principal?.authentication.methods.length === 0 && unmet(evidence, "multiFactor").length > 0,
    text: "The token does not say how the user signed in (`amr`): set the provider to write it.",
  },
  {
    codes: ["step_up_required"],
    when: (evidence) => unmet(evidence, "assurance").length > 0,
    text: (evidence) => {
      const levels = unmet(evidence, "assurance").map(({ name }) => `"${name}"`);
      return `The token does not say \`acr\` ${levels.join(" or ")}: the client has to ask for it (\`acr_values\`), and the provider to write it.`;
    },
  },
  {
    codes: ["route_unknown"],
    when: isSlashed,
    text: "The path ends in a slash. API Gateway takes that for another path.",
  },
  {
    codes: ["route_unknown"],
    when: (evidence) => otherMethods(evidence).length > 0,
    text: (evidence) => `The path is known with another method: ${otherMethods(evidence).join(", ")}.`,
  },
  {
    codes: ["route_unknown"],
    when: (evidence) => otherMethods(evidence).length === 0 && nearRoute(evidence) !== null,
    text: (evidence) => `Did you mean "${nearRoute(evidence)}"? A stage is not part of the path.`,
  },
  {
    codes: ["revocations_unavailable"],
    when: () => true,
    text: "Revocations were asked for from this machine: it needs AWS credentials that may read the table. --skip-revocations leaves them out.",
  },
  {
    codes: ["principal_too_large"],
    when: ({ principal }) => (principal?.groups.length ?? 0) > 50,
    text: 'Most of it is groups. Let the vocabulary keep those that rules use (`groups: { map: {…}, rest: "drop" }`).',
  },
];

import { time } from "./evidence.ts";
import type { Explanation, Failure, StepTrace } from "./explanation.ts";
import type { JsonObject } from "../json.ts";
import type { NameTrace, RuleTrace } from "./rule-trace.ts";
import { plain, show } from "./safe-text.ts";

const MARKS = { ok: "ok  ", failed: "FAIL", open: "?   ", "not reached": "-   " } as const;
const VERDICTS: Readonly<Record<Explanation["verdict"], string>> = {
  allowed: "allowed",
  verified: "the token is good",
  denied: "denied",
  unauthenticated: "refused",
  unavailable: "not decided",
};

/** An explanation as text for a terminal, without a line break at its end. */
export function renderExplanation(explanation: Explanation): string {
  const { steps, failure, meant, principal, names, rule, routes, clients } = explanation;
  const blocks = [
    headline(explanation),
    renderSteps(steps),
    ...(failure === null ? [] : [renderFailure(failure)]),
    ...(meant.length === 0 ? [] : [["Where the API has no such route", ...meant.map((hint) => `  - ${hint}`)].join("\n")]),
    ...unverifiedBlocks(explanation),
    ...(principal === null ? [] : [renderPrincipal(explanation)]),
    ...(names.length === 0 ? [] : [renderNames(names)]),
    ...(rule === null ? [] : [["Rule", ...renderRule(rule, 1)].join("\n")]),
    ...(routes.length === 0 ? [] : [renderRoutes(explanation)]),
    ...(clients.length === 0 ? [] : [renderClients(explanation)]),
  ];
  return plain(blocks.join("\n\n"));
}

function headline({ verdict, route, isDefault, issuer, failure, at }: Explanation): string {
  const missing = isDefault ? " is not in the table; where the API has the route $default" : "";
  const where = route === null ? "" : `${show(route)}${missing}: `;
  const whose = issuer === null ? "" : `, a token of ${issuer.name} (${issuer.provider})`;
  const why = failure === null ? "" : `: ${failure.code} (${failure.status})`;
  return `${where}${VERDICTS[verdict]}${why}${whose}, at ${time(at)}`;
}

function renderSteps(steps: readonly StepTrace[]): string {
  const width = Math.max(...steps.map(({ title }) => title.length));
  return steps.map((step) => `  ${MARKS[step.status]}  ${`${step.title.padEnd(width)}  ${comparison(step)}`.trimEnd()}`).join("\n");
}

function comparison({ expected, actual }: StepTrace): string {
  const parts = [actual === null ? "" : `found ${actual}`, expected === null ? "" : `expected ${expected}`];
  return parts.filter((part) => part !== "").join("; ");
}

function renderFailure({ code, summary, advice, page, hints }: Failure): string {
  const probable = hints.map((hint) => `  - ${hint}`);
  return [`${code}: ${summary}`, ...probable, `  ${advice}`, `  See docs/${page}`].join("\n");
}

function unverifiedBlocks({ unverified }: Explanation): readonly string[] {
  if (unverified === null) return [];
  const list = (title: string, members: JsonObject | null) =>
    members === null
      ? `${title}: not readable`
      : [title, ...Object.entries(members).map(([name, value]) => `  ${show(name)}  ${show(value)}`)].join("\n");
  return [list("Header, as written", unverified.header), list("Claims, as written", unverified.claims)];
}

function renderPrincipal({ principal }: Explanation): string {
  const { authentication, ...rest } = principal ?? { authentication: {} };
  const filled = Object.entries({ ...rest, ...prefixed(authentication) }).filter(([, value]) => !isEmpty(value));
  const width = Math.max(...filled.map(([name]) => name.length));
  return ["Principal", ...filled.map(([name, value]) => `  ${name.padEnd(width)}  ${show(value)}`)].join("\n");
}

const prefixed = (authentication: object) =>
  Object.fromEntries(Object.entries(authentication).map(([name, value]) => [`authentication.${name}`, value]));

const isEmpty = (value: unknown): boolean =>
  value === null || (typeof value === "object" && (Array.isArray(value) ? value.length : Object.keys(value ?? {}).length) === 0);

function renderNames(names: readonly NameTrace[]): string {
  const rows = names.map(({ kind, token, gateway }) => [`${kind} ${show(token)}`, gateway === null ? "dropped" : show(gateway)] as const);
  const width = Math.max(...rows.map(([left]) => left.length));
  return ["Names: in the token, and here", ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)].join("\n");
}

function renderRule({ text, holds, code, parts }: RuleTrace, depth: number): string[] {
  const line = `${"  ".repeat(depth)}${holds ? "ok  " : "FAIL"}  ${text}${code === null ? "" : `  (${code})`}`;
  return [line, ...parts.flatMap((part) => renderRule(part, depth + 1))];
}

function renderRoutes({ routes }: Explanation): string {
  const width = Math.max(...routes.map(({ route }) => route.length));
  const lines = routes.map(
    ({ route, rule, code }) => `  ${code === null ? "ok  " : "no  "}  ${route.padEnd(width)}  ${rule}${code === null ? "" : `  (${code})`}`,
  );
  return ["Routes", ...lines].join("\n");
}

function renderClients({ clients, sample }: Explanation): string {
  const width = Math.max(...clients.map(({ api }) => api.length));
  const lines = clients.map(({ api, status, seen }) => `  ${api.padEnd(width)}  ${status}  ${seen}`);
  return [`What a client sees on ${sample}`, ...lines].join("\n");
}

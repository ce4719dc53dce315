import { beforeAll, describe, expect, it } from "vitest";
import { assurance, custom, multiFactor, scope } from "../../src/index.ts";
import type { TestTokens } from "../../src/testing/index.ts";
import { ask, askAppSync, askFunction, createIssuer, type KindName, KINDS, type Seen, type Situation } from "./kit.ts";

const broken = custom("broken", () => {
  throw new Error("a secret detail");
});

/** Every kind of failure, in the order of the page. */
const SITUATIONS = {
  "no token": { token: "none" },
  "a bad token": { token: "expired" },
  "a stronger sign-in is needed": { rule: multiFactor({ within: "15m" }) },
  "the right is missing": { rule: scope("orders:write") },
  "the route is not in the table": { rule: null },
  "the path is not deployed": { deployed: false },
  "the keys are unavailable": { keys: "unavailable" },
  "a rule of one's own throws": { rule: broken },
  "the authorizer is of another API type": { misplaced: true },
  "the token expired since the answer was cached": { again: 200 },
  "the function throws": { handler: "throws" },
} as const satisfies Record<string, Situation>;

type SituationName = keyof typeof SITUATIONS;

const NAMES = Object.keys(SITUATIONS) as SituationName[];
const KIND_NAMES = Object.keys(KINDS) as KindName[];

let issuer: TestTokens;
beforeAll(async () => {
  issuer = await createIssuer();
});

describe.each(KIND_NAMES)("%s", (kind) => {
  it("lets a good request through", async () => {
    expect((await ask(kind, issuer, {})).status).toBe(kind === "WebSocket" ? 101 : 200);
  });

  const possible = NAMES.filter((name) => kind !== "WebSocket" || name !== "the path is not deployed");
  it.each(possible)("%s: no success, nothing of the cause in the body", async (name) => {
    const { status, body } = await ask(kind, issuer, SITUATIONS[name]);
    expect(status).toBeGreaterThanOrEqual(401);
    expect(body).not.toMatch(/secret|orders:|expired|user-1|rule_|token_/);
  });

  it("tells expected refusals and failures apart in the log", async () => {
    expect((await ask(kind, issuer, { token: "expired" })).levels).not.toContain("ERROR");
    expect((await ask(kind, issuer, { keys: "unavailable" })).levels).toContain("ERROR");
  });
});

describe.each(["REST, TOKEN", "REST, REQUEST"] as const)("%s with generated gateway responses", (kind) => {
  it.each(["no token", "a bad token"] as const)("%s: a complete 401", async (name) => {
    expect(await ask(kind, issuer, SITUATIONS[name])).toMatchObject(complete(401, "Bearer"));
  });

  it("the right is missing: a complete 403", async () => {
    expect(await ask(kind, issuer, SITUATIONS["the right is missing"])).toMatchObject(complete(403, 'Bearer error="insufficient_scope"'));
  });

  it("a step-up: a complete 403 that says what sign-in is wanted", async () => {
    const recent = 'Bearer error="insufficient_user_authentication", max_age="900"';
    expect(await ask(kind, issuer, { rule: multiFactor({ within: "15m" }) })).toMatchObject(complete(403, recent));
    const gold = 'Bearer error="insufficient_user_authentication", acr_values="urn:example:gold"';
    expect(await ask(kind, issuer, { rule: assurance("urn:example:gold") })).toMatchObject(complete(403, gold));
  });

  it("a failure: a complete 500 without a challenge", async () => {
    expect(await ask(kind, issuer, { keys: "unavailable" })).toMatchObject(complete(500, null));
    expect(await ask(kind, issuer, { deployed: false })).toMatchObject(complete(404, null));
  });
});

const complete = (status: number, challenge: string | null) => ({
  status,
  challenge,
  isProblem: true,
  hasCorrelationId: true,
  isReadableByPage: true,
});

describe("docs/denials.md", () => {
  it("is what these tests saw", async () => {
    await expect(await page()).toMatchFileSnapshot("../../docs/denials.md");
  });
});

const INTRODUCTION = `# What a refused caller sees

<!-- Written by test/denials/denials.test.ts from what it saw: run it with \`vitest -u\` after a change. -->

Status, challenge (\`WWW-Authenticate\`), and whether the body is a problem document (RFC 9457) with a correlation id. Measured against
the project's own emulation of API Gateway, with a result cache of 300 seconds unless a column says otherwise, and on REST with the
answers that \`sallyport gateway-responses\` writes.

`;

const NOTES = `
- *guard*: \`httpAuthorizer(gateway, { denials: "guard" })\`. *guard, no cache*: \`denials: "guard-uncached"\` and a TTL of 0.
- On REST a stronger sign-in is asked for by a 403: only a denial carries what the client needs into a gateway response.
- REST APIs rename the challenge of a function's own answer to \`x-amzn-remapped-www-authenticate\`. That is the answer of the guard, in
  the row about the cache.
- AppSync answers for itself, to every refusal alike.
- Preflight requests (\`OPTIONS\`) carry no token by design and must not meet an authorizer. See
  [refusals.md](refusals.md#preflight).
`;

async function page(): Promise<string> {
  const columns = [...KIND_NAMES, "function URL", "AppSync"];
  const rows: string[] = [];
  for (const name of NAMES) {
    const situation: Situation = SITUATIONS[name];
    const cells: string[] = [];
    for (const kind of KIND_NAMES) {
      const isPossible = kind !== "WebSocket" || situation.deployed !== false;
      cells.push(isPossible ? cell(await ask(kind, issuer, situation)) : "–");
    }
    const isDirect = situation.deployed !== false && situation.misplaced !== true && situation.again === undefined;
    cells.push(isDirect ? cell(await askFunction(issuer, situation)) : "–");
    const isAppSync = isDirect && situation.handler === undefined && situation.rule !== null;
    cells.push(isAppSync ? (await askAppSync(issuer, situation)).outcome : "–");
    rows.push(`| ${name} | ${cells.join(" | ")} |`);
  }
  return `${INTRODUCTION}| | ${columns.join(" | ")} |\n|-|${columns.map(() => "-|").join("")}\n${rows.join("\n")}\n${NOTES}`;
}

function cell({ status, challenge, isProblem, hasCorrelationId }: Seen): string {
  const lines = [
    String(status),
    challenge === null ? null : `\`${challenge}\``,
    isProblem ? (hasCorrelationId ? "problem, id" : "problem") : null,
  ];
  return lines.filter((line) => line !== null).join("<br>");
}

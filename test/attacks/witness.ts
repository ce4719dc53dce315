import { format } from "node:util";
import { expect, vi } from "vitest";
import { REASONS, type LogEntry, type ReasonCode, SallyportError } from "../../src/index.ts";
import { evaluatePolicy } from "../gateway/iam.ts";
import { CLOCK, createServers, type Servers } from "./lab.ts";
import { leaksOf, type Secrets } from "./leaks.ts";

export type DecisionKind = "allow" | "deny" | "unauthenticated" | "unavailable";

/** What authorizers and guards are given here. */
export interface Options {
  readonly clock: () => number;
  readonly fetch: Servers["fetch"];
  readonly log: (entry: object) => void;
}

/** Where something is asked: every fetch and every line of the log is written down. */
export interface Place {
  readonly servers: Servers;
  readonly entries: LogEntry[];
  readonly options: Options;
}

export function createPlace(servers: Servers = createServers(), clock: () => number = CLOCK): Place {
  const entries: LogEntry[] = [];
  return { servers, entries, options: { clock, fetch: servers.fetch, log: (entry) => void entries.push(entry as LogEntry) } };
}

/** What one question did. */
export interface Seen {
  readonly decision: DecisionKind;
  /** The last reason that was written down, or that a decision names. */
  readonly code: ReasonCode | null;
  readonly fetches: number;
  readonly leaks: readonly string[];
}

/** A call of an authorizer, a guard or `authorize`. */
export type Question<Answer> = (options: Options) => Promise<Answer>;

/** Asks, and writes down what came back, was fetched, was logged or printed. `arn`: what a policy in the answer is held against. */
export async function witness<Answer>(ask: Question<Answer>, place: Place, secrets: Secrets, arn?: string) {
  const { servers, entries, options } = place;
  const [fetched, logged] = [servers.urls.length, entries.length];
  const console = watchConsole();
  try {
    const reply = await reach(() => ask(options), arn);
    const news = entries.slice(logged);
    const written = [...news.map((entry) => JSON.stringify(entry)), ...console.lines];
    const leaks = leaksOf(secrets, [...written, ...withoutPrincipal(reply)], [JSON.stringify(reply.answer) ?? ""]);
    const code = codeIn(reply.answer) ?? news.at(-1)?.code ?? null;
    const seen: Seen = { decision: reply.decision, code, fetches: servers.urls.length - fetched, leaks };
    return { seen, answer: reply.answer as Answer };
  } finally {
    console.restore();
  }
}

interface Reply {
  readonly decision: DecisionKind;
  readonly answer: unknown;
}

/** A throw is a decision too: exactly `Unauthorized` is a 401, an error of ours is a 5xx. Anything else fails the test. */
async function reach(ask: () => Promise<unknown>, arn: string | undefined): Promise<Reply> {
  try {
    const answer = await ask();
    return { decision: decisionIn(answer, arn), answer };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const answer = [error.message, error.stack, String(error.cause ?? ""), JSON.stringify(error)];
    if (error.message === "Unauthorized") return { decision: "unauthenticated", answer };
    if (error instanceof SallyportError && error.status >= 500) return { decision: "unavailable", answer };
    throw error;
  }
}

/** The members that tell the answers of authorizers, guards and `authorize` apart. */
interface AnyAnswer {
  readonly kind?: DecisionKind;
  readonly code?: ReasonCode;
  readonly isAuthorized?: unknown;
  readonly policyDocument?: Parameters<typeof evaluatePolicy>[0];
  readonly statusCode?: unknown;
  readonly headers?: unknown;
  readonly body?: unknown;
}

/** What API Gateway, or the caller, makes of an answer. */
function decisionIn(answer: unknown, arn = ""): DecisionKind {
  const { kind, isAuthorized, policyDocument, statusCode } = answer as AnyAnswer;
  if (policyDocument !== undefined) return evaluatePolicy(policyDocument, arn) === "allow" ? "allow" : "deny";
  if (typeof isAuthorized === "boolean") return isAuthorized ? "allow" : "deny";
  if (typeof statusCode === "number") return decisionOf(statusCode);
  if (kind !== undefined) return kind;
  throw new Error("This is no answer that API Gateway would understand.");
}

/** What a verifier says, as a decision with everything that its error says. */
export async function bareDecision(proving: Promise<unknown>): Promise<object> {
  try {
    return { kind: "allow", principal: await proving };
  } catch (error) {
    if (!(error instanceof SallyportError)) throw error;
    const { message, stack, cause, status, code } = error;
    return { kind: decisionOf(status), code, said: [message, stack, String(cause), ...Object.values(error).map(String)] };
  }
}

export function decisionOf(status: number): DecisionKind {
  if (status === 200) return "allow";
  return status === 401 ? "unauthenticated" : status === 403 ? "deny" : "unavailable";
}

const codeIn = (answer: unknown): ReasonCode | null => {
  const { kind, code } = (answer ?? {}) as AnyAnswer;
  return kind === undefined ? null : (code ?? null);
};

/** The parts of an answer that may hold no claim: a principal who is let in or denied is known, and crosses the wall to the function. */
function withoutPrincipal({ decision, answer }: Reply): string[] {
  const { statusCode, headers, body } = (answer ?? {}) as AnyAnswer;
  if (statusCode !== undefined) return [JSON.stringify({ headers, body })];
  return decision === "allow" || decision === "deny" ? [] : [JSON.stringify(answer)];
}

/** What is expected of a question, beside its reason. */
export interface Expected extends Secrets {
  /** Where it is asked; default a place of its own, with all issuers up and no keys known. */
  readonly place?: Place;
  /** Fetches that it causes, default 0; null: one question of a flood, whose fetches are counted together. */
  readonly fetches?: number | null;
  /** Of the request, where the answer is a policy. */
  readonly arn?: string;
}

/** Refused with this reason and the decision that belongs to it, after so many fetches, and nothing was told to anybody. */
export async function assertRefused<Answer>(ask: Question<Answer>, code: ReasonCode, expected: Expected = {}): Promise<Answer> {
  const { place = createPlace(), arn } = expected;
  const { seen, answer } = await witness(ask, place, expected, arn);
  expect(seen).toEqual({ decision: decisionOf(REASONS[code].status), code, fetches: countOf(expected), leaks: [] });
  return answer;
}

/** Let in, after so many fetches, and nothing was told to anybody but the function behind. */
export async function assertAllowed<Answer>(ask: Question<Answer>, expected: Expected = {}): Promise<Answer> {
  const { place = createPlace(), arn } = expected;
  const { seen, answer } = await witness(ask, place, expected, arn);
  expect(seen).toEqual({ decision: "allow", code: null, fetches: countOf(expected), leaks: [] });
  return answer;
}

const countOf = ({ fetches = 0 }: Expected): unknown => fetches ?? expect.any(Number);

const watchers = new Set<string[]>();
let spies: readonly { mockRestore(): void }[] = [];
const tell = (line: string) => watchers.forEach((each) => each.push(line));

/** What is printed from now on, by the console or past it. Tests that run at the same time each see everything. */
function watchConsole() {
  const lines: string[] = [];
  if (watchers.size === 0) spies = [...spyOnConsole(), ...spyOnStreams()];
  watchers.add(lines);
  const restore = () => {
    watchers.delete(lines);
    if (watchers.size === 0) spies.forEach((spy) => spy.mockRestore());
  };
  return { lines, restore };
}

const spyOnConsole = () =>
  (["log", "info", "warn", "error", "debug"] as const).map((method) =>
    vi.spyOn(console, method).mockImplementation((...args: unknown[]) => tell(format(...args))),
  );

const spyOnStreams = () =>
  [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, "write").mockImplementation((text) => {
      tell(String(text));
      return true;
    }),
  );

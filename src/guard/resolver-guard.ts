import { checkCall, checkHandler } from "../config/check-call.ts";
import { checked } from "../config/report.ts";
import { type ReasonCode, SallyportError } from "../errors.ts";
import { decodeMarks, decodePrincipal } from "../principal/codec.ts";
import { sealPrincipal } from "../principal/principal.ts";
import { checkRule } from "../rules/check-rule.ts";
import { type Rule, type RuleInput, toRule } from "../rules/rule.ts";
import { checkRevoked } from "./check-revoked.ts";
import type { Passage } from "./fence.ts";
import { type BusinessContext, type GuardOptions, openRevocations } from "./guard.ts";
import { withoutCredentials } from "./guarded-event.ts";
import { stillHolds } from "./still-holds.ts";
import { createWatch, type WatchOptions } from "./watch.ts";
import { seconds } from "../seconds.ts";
import { type Members, membersOf } from "../members.ts";

/** What the guard of a resolver may be given; nothing is needed on Lambda. */
type ResolverOptions = WatchOptions & Pick<GuardOptions, "clock" | "revocations">;
const RESOLVER_OPTIONS: readonly string[] = Object.keys({
  clock: 0,
  log: 0,
  metrics: 0,
  stopwatch: 0,
  revocations: 0,
} satisfies Record<keyof ResolverOptions, 0>);

/**
 * Wraps a Lambda resolver of an AppSync API behind `appSyncAuthorizer`. AppSync reuses an authorizer's answer, so the principal is
 * proven again: it is there, it has not expired, and this rule, which may be stricter than the authorizer's, holds for it. A rule with
 * `live()` needs it in the authorizer's rule too, because that asks.
 * @returns a handler that throws errors whose messages, `Unauthorized` and `Internal error`, tell the caller nothing more
 * @throws ConfigurationError at once, for an argument that is not what it should be
 */
export function resolverGuard<Result>(
  rule: RuleInput,
  handler: (event: Members, context: BusinessContext) => Promise<Result>,
  options: ResolverOptions = {},
): (event: unknown, invocation?: { readonly awsRequestId?: string }) => Promise<Result> {
  checkCall("resolverGuard", options, RESOLVER_OPTIONS, (report) => checkHandler(handler, report));
  const checked = checkedRule(rule);
  const { clock = Date.now } = options;
  const watch = createWatch(options);
  const revocations = openRevocations(options, watch);
  return async function guarded(event, invocation) {
    const began = watch.begin();
    const invocationId = invocation?.awsRequestId ?? null;
    const passed = pass(checked, event, seconds(clock()));
    const passage = revocations === null ? passed : await checkRevoked(passed, revocations);
    watch.end(began, passage, event, invocationId);
    if (!passage.passes) throw new Error("Unauthorized");
    const { principal, route } = passage;
    try {
      return await handler(withoutIdentity(event as Members), { principal });
    } catch (error) {
      watch.fail(began, { event, route, issuer: principal.issuer, invocationId }, error);
    }
    throw new Error("Internal error");
  };
}

function pass(rule: Rule, event: unknown, now: number): Passage {
  let route: string | null = null;
  let issuer: string | null = null;
  const stop = (code: ReasonCode): Passage => ({ passes: false, code, challenge: {}, route, issuer });
  try {
    route = fieldOf(event);
    const context = membersOf(membersOf(event)["identity"])["resolverContext"];
    const principal = decodePrincipal(context);
    issuer = principal.issuer;
    if (!(principal.expiresAt > now)) return stop("principal_expired");
    const verdict = stillHolds(rule, principal, context, now);
    if (!verdict.holds) return stop(verdict.code);
    return { passes: true, principal: sealPrincipal(principal), proof: () => ({ principal, ...decodeMarks(context) }), route };
  } catch (error) {
    return stop(error instanceof SallyportError ? error.code : "internal_error");
  }
}

/** The field of the schema that is resolved, such as `Query.order`: AppSync says which, and the caller can only choose among them. */
function fieldOf(event: unknown): string | null {
  const { parentTypeName, fieldName } = membersOf(membersOf(event)["info"]);
  return [parentTypeName, fieldName].every((name) => typeof name === "string" && GRAPHQL_NAME.test(name))
    ? `${parentTypeName as string}.${fieldName as string}`
    : null;
}

const GRAPHQL_NAME = /^[A-Za-z_]\w{0,127}$/;

/** The resolver's event without the authorizer's context and without the credentials among the request's headers. */
function withoutIdentity(event: Members): Members {
  const kept = Object.entries(event).filter(([name]) => name !== "identity");
  return Object.fromEntries(kept.map(([name, value]) => [name, name === "request" ? withoutCredentials(membersOf(value)) : value]));
}

function checkedRule(input: RuleInput): Rule {
  return checked("rule", (report) => {
    const rule = toRule(input);
    return checkRule(rule, report, { issuers: null }) ? rule : null;
  });
}

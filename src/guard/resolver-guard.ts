import { checkCall, checkHandler } from "../config/check-call.ts";
import { checked } from "../config/report.ts";
import { SallyportError } from "../errors.ts";
import { decodeMarks, decodePrincipal } from "../principal/codec.ts";
import { sealPrincipal } from "../principal/principal.ts";
import { checkRule } from "../rules/check-rule.ts";
import { type Rule, type RuleInput, toRule } from "../rules/rule.ts";
import { checkRevoked } from "./check-revoked.ts";
import { failureOf } from "./failure.ts";
import type { Passage } from "./fence.ts";
import { type BusinessContext, type GuardOptions, openRevocations, refusalLine } from "./guard.ts";
import { withoutCredentials } from "./guarded-event.ts";
import { stillHolds } from "./still-holds.ts";
import { seconds } from "../seconds.ts";
import { type Members, membersOf } from "../members.ts";

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
  options: Pick<GuardOptions, "clock" | "log" | "revocations"> = {},
): (event: unknown) => Promise<Result> {
  checkCall("resolverGuard", options, ["clock", "log", "revocations"], (report) => checkHandler(handler, report));
  const checked = checkedRule(rule);
  const { clock = Date.now, log = (entry) => console.log(JSON.stringify(entry)) } = options;
  const revocations = openRevocations(options);
  return async function guarded(event) {
    const passed = pass(checked, event, seconds(clock()));
    const passage = revocations === null ? passed : await checkRevoked(passed, revocations);
    if (!passage.passes) {
      log(refusalLine(passage, event));
      throw new Error("Unauthorized");
    }
    try {
      return await handler(withoutIdentity(event as Members), { principal: passage.principal });
    } catch (error) {
      log({ level: "ERROR", message: "Handler failed", ...failureOf(error), service: "sallyport" });
    }
    throw new Error("Internal error");
  };
}

function pass(rule: Rule, event: unknown, now: number): Passage {
  try {
    const context = membersOf(membersOf(event)["identity"])["resolverContext"];
    const principal = decodePrincipal(context);
    if (!(principal.expiresAt > now)) return stop("principal_expired");
    const verdict = stillHolds(rule, principal, context, now);
    if (!verdict.holds) return { ...stop(verdict.code), issuer: principal.issuer };
    return { passes: true, principal: sealPrincipal(principal), proof: () => ({ principal, ...decodeMarks(context) }) };
  } catch (error) {
    return stop(error instanceof SallyportError ? error.code : "internal_error");
  }
}

const stop = (code: SallyportError["code"]): Passage & { readonly passes: false } => ({ passes: false, code, challenge: {} });

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

import { type AuthorizationRequest, authorize, type Decision, type Runtime, seconds } from "../authorize.ts";
import { SallyportError } from "../errors.ts";
import type { Gateway } from "../gateway.ts";
import { createRuntime, logRefusal, type VerifierOptions } from "../gateway/authorizer.ts";
import { contained } from "../guard/guard.ts";
import { type BusinessEvent, withoutCredentials } from "../guard/guarded-event.ts";
import { type Challenge, type ProblemResult, refusal } from "../guard/problem.ts";
import type { Principal } from "../principal/principal.ts";
import { evaluate } from "../rules/evaluate.ts";
import type { Route } from "../rules/route-table.ts";
import { isLoadBalancerEvent, readDirectRequest } from "./direct-request.ts";

/** What a handler behind the verifying guard is given beside the event. */
export interface DirectContext {
  /** Null on public routes. */
  readonly principal: Principal | null;
}

export interface VerifyingGuardOptions extends VerifierOptions {
  /** Where refusals and failures of the handler are written; default one JSON line on stdout. */
  readonly log?: (entry: object) => void;
}

const logToConsole = (entry: object) => console.log(JSON.stringify({ ...entry, service: "sallyport" }));

/**
 * Wraps a business handler that has no authorizer in front: behind a Function URL or an Application Load Balancer, or in a test.
 * The token is verified in process, with the same gateway and the same rules, and refused with the same problem documents.
 * Where there is an authorizer, use `guard`: functions should not hold what verification needs.
 */
export function verifyingGuard<Result>(
  gateway: Gateway,
  handler: (event: BusinessEvent, context: DirectContext) => Promise<Result>,
  options: VerifyingGuardOptions = {},
): (event: unknown) => Promise<Result | ProblemResult> {
  const { log = logToConsole } = options;
  const runtime = createRuntime(gateway, options);
  return async function verifying(event) {
    const { route, decision } = await decide(event, runtime);
    if (decision.kind !== "allow") {
      logRefusal(log, decision, route, event);
      return inFormOf(event, refusal(decision.code, challengeOf(decision, route, seconds(runtime.clock()))));
    }
    const { principal } = decision;
    return contained(
      () => handler(withoutCredentials(event as Readonly<Record<string, unknown>>), { principal }),
      log,
      (failure) => inFormOf(event, failure),
    );
  };
}

async function decide(event: unknown, runtime: Runtime): Promise<{ readonly route: Route | null; readonly decision: Decision }> {
  let request: AuthorizationRequest;
  try {
    request = readDirectRequest(runtime.gateway, event);
  } catch (error) {
    const code = error instanceof SallyportError ? error.code : "internal_error";
    return { route: null, decision: { kind: "unavailable", code, issuer: null } };
  }
  return { route: request.route, decision: await authorize(request, runtime) };
}

/** What a stronger sign-in would have to be, where that is what is missing. */
function challengeOf(decision: Decision, route: Route | null, now: number): Challenge {
  if (decision.kind !== "deny" || decision.code !== "step_up_required" || route === null) return {};
  const verdict = evaluate(route.rule, decision.principal, now);
  return !verdict.holds && verdict.code === "step_up_required" ? verdict : {};
}

/** A load balancer that sends its headers as lists reads them only as lists. */
function inFormOf(event: unknown, result: ProblemResult): ProblemResult {
  if (!isLoadBalancerEvent(event) || !Object.hasOwn(event as object, "multiValueHeaders")) return result;
  const multiValueHeaders = Object.fromEntries(Object.entries(result.headers).map(([name, value]) => [name, [value]]));
  return Object.assign(result, { multiValueHeaders });
}

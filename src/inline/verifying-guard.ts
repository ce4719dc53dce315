import { type AuthorizationRequest, authorize, type Decision, type Runtime } from "../authorize.ts";
import { checkHandler } from "../config/check-call.ts";
import { SallyportError } from "../errors.ts";
import type { Gateway } from "../gateway.ts";
import { createRuntime, type VerifierOptions } from "../gateway/authorizer.ts";
import { AUTHORIZER_OPTIONS, checkGatewayCall } from "../gateway/check-gateway.ts";
import { contained } from "../guard/guard.ts";
import { type BusinessEvent, withoutCredentials } from "../guard/guarded-event.ts";
import { type ProblemResult, refusal } from "../guard/problem.ts";
import { logFailure } from "../guard/watch.ts";
import { logToStdout } from "../observe/log.ts";
import { createObserver, type ObserverOptions } from "../observe/observer.ts";
import { requestIdOf } from "../observe/request-id.ts";
import { type Principal, sealPrincipal } from "../principal/principal.ts";
import type { Route } from "../rules/route-table.ts";
import { isLoadBalancerEvent, readDirectRequest } from "./direct-request.ts";

/** What a handler behind the verifying guard is given beside the event. */
export interface DirectContext {
  /** It cannot be changed. Null on public routes. */
  readonly principal: Principal | null;
}

export interface VerifyingGuardOptions extends VerifierOptions, Omit<ObserverOptions, "log"> {
  /** Where refusals and failures of the handler are written; default one JSON line on stdout. */
  readonly log?: (entry: object) => void;
  /** The URL of the API's own description (RFC 9728), for challenges; default none. */
  readonly resourceMetadata?: string | null;
}

/**
 * Wraps a business handler that has no authorizer in front: behind a Function URL or an Application Load Balancer, or in a test.
 * The token is verified in process, with the same gateway and the same rules, and refused with the same problem documents.
 * Where there is an authorizer, use `guard`: functions should not hold what verification needs.
 * @throws ConfigurationError at once, for an argument that is not what it should be
 */
export function verifyingGuard<Result>(
  gateway: Gateway,
  handler: (event: BusinessEvent, context: DirectContext) => Promise<Result>,
  options: VerifyingGuardOptions = {},
): (event: unknown) => Promise<Result | ProblemResult> {
  checkGatewayCall("verifyingGuard", gateway, options, [...AUTHORIZER_OPTIONS, "resourceMetadata"], (report) =>
    checkHandler(handler, report),
  );
  const { log = logToStdout, resourceMetadata = null } = options;
  const observer = createObserver({ ...options, log });
  const runtime = createRuntime(gateway, options, observer.keyEvents, observer.revocationsUnavailable);
  return async function verifying(event) {
    const began = observer.begin();
    const { route, decision } = await decide(event, runtime);
    observer.end(began, { decision, route, event });
    if (decision.kind !== "allow") {
      const challenge = decision.kind === "deny" ? decision.challenge : {};
      return inFormOf(event, refusal(decision.code, challenge, { correlationId: requestIdOf(event), resourceMetadata }));
    }
    const principal = decision.principal && sealPrincipal(decision.principal);
    const run = () => handler(withoutCredentials(event as Readonly<Record<string, unknown>>), { principal });
    const request = { event, route: route?.key ?? null, issuer: principal?.issuer ?? null };
    const failed = (error: unknown) => logFailure(observer, log, began, request, error);
    return contained(run, failed, event, (failure) => inFormOf(event, failure));
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

/** A load balancer that sends its headers as lists reads them only as lists. */
function inFormOf(event: unknown, result: ProblemResult): ProblemResult {
  if (!isLoadBalancerEvent(event) || !Object.hasOwn(event as object, "multiValueHeaders")) return result;
  const multiValueHeaders = Object.fromEntries(Object.entries(result.headers).map(([name, value]) => [name, [value]]));
  return Object.assign(result, { multiValueHeaders });
}

import { checkCall } from "../config/check-call.ts";
import { checkNames, isObject, kindOf } from "../config/check-values.ts";
import type { Report } from "../config/report.ts";
import type { Gateway } from "../gateway.ts";
import type { AuthorizerOptions, VerifierOptions } from "./authorizer.ts";

/** The names of the options of an authorizer. A verifier needs some of them only, and takes the others, so that one object serves both. */
export const AUTHORIZER_OPTIONS: readonly string[] = Object.keys({
  clock: 0,
  fetch: 0,
  jwks: 0,
  snapshot: 0,
  prefetch: 0,
  log: 0,
  sampleAllowed: 0,
  random: 0,
  metrics: 0,
  stopwatch: 0,
} satisfies Record<keyof AuthorizerOptions, 0>);

/**
 * Checks what a function is called with that verifies tokens by a gateway.
 * @param known the names that its options may have
 * @throws ConfigurationError
 */
export function checkGatewayCall(
  name: string,
  gateway: Gateway,
  options: VerifierOptions & Pick<AuthorizerOptions, "sampleAllowed">,
  known: readonly string[] = AUTHORIZER_OPTIONS,
  check?: (report: Report) => void,
): void {
  checkCall(name, options, known, (report) => {
    if (!isObject(gateway) || !Array.isArray(gateway.issuers))
      return report.problem("", `the gateway is ${kindOf(gateway)}.`, "Give what `defineGateway` answers; of a module, its `default`.");
    const names = gateway.issuers.map((issuer) => issuer.name);
    if (isObject(options.jwks)) checkNames(options.jwks, names, report.at("jwks"), "issuer");
    checkShare(options.sampleAllowed, report);
    check?.(report);
  });
}

function checkShare(value: unknown, report: Report): void {
  if (value === undefined || (typeof value === "number" && value >= 0 && value <= 1)) return;
  const message = typeof value === "number" ? "is not between 0 and 1." : `is ${kindOf(value)}, not a number.`;
  report.problem("sampleAllowed", message, "Give a number from 0 to 1, or leave it out.");
}

import { SallyportError } from "../errors.ts";
import { METHODS } from "../rules/route-key.ts";

/** The parts of an execute-api ARN that a decision needs. */
export interface ParsedArn {
  /** Everything up to and with the slash after the stage: the same for every route of this API and stage. */
  readonly stageArn: string;
  readonly apiId: string;
  readonly stage: string;
  /** Upper case; null for a WebSocket route. */
  readonly method: string | null;
  /** The request's own path, neither decoded nor normalised, with its leading slash; empty for a WebSocket route. */
  readonly path: string;
  /** `$connect` for a WebSocket connection, else null. */
  readonly routeKey: string | null;
}

const STAGE_ARN = /^arn:[a-z][a-z0-9-]*:execute-api:[a-z0-9-]+:[A-Za-z0-9-]+:([A-Za-z0-9_-]+)\/(\$default|[A-Za-z0-9_-]+)\//;

/**
 * Takes a `methodArn` or `routeArn` apart, strictly by position, because the path at its end is the caller's text and may hold
 * anything: `arn:<partition>:execute-api:<region>:<account>:<api>/<stage>/<METHOD>/<path>`, or `…/<stage>/$connect`.
 * @throws SallyportError `event_unsupported`
 */
export function parseArn(arn: unknown): ParsedArn {
  const match = typeof arn === "string" ? STAGE_ARN.exec(arn) : null;
  if (match === null) throw new SallyportError("event_unsupported");
  const [stageArn, apiId = "", stage = ""] = match;
  const resource = match.input.slice(stageArn.length);
  if (resource === "$connect") return { stageArn, apiId, stage, method: null, path: "", routeKey: resource };
  const slash = resource.indexOf("/");
  const method = resource.slice(0, Math.max(slash, 0));
  if (!(METHODS as readonly string[]).includes(method)) throw new SallyportError("event_unsupported");
  return { stageArn, apiId, stage, method, path: resource.slice(slash), routeKey: null };
}

/**
 * The resource that stands for exactly this text. A policy reads `*`, `?` and `${` as wildcards and variables; written as the
 * variables `${*}`, `${?}` and `${$}` they are themselves (policy version 2012-10-17).
 */
export function exactResource({ stageArn, method, path, routeKey }: ParsedArn): string {
  const resource = routeKey ?? `${method}${path}`;
  return stageArn + resource.replace(/[*?]|\$(?=\{)/g, (character) => `\${${character}}`);
}

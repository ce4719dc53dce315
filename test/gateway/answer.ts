import type { PolicyDocument } from "aws-lambda";
import { evaluatePolicy, isPolicy } from "./iam.ts";
import type { ApiType, Authorization, AuthorizerConfig, AuthorizerContext } from "./types.ts";

/** An authorizer's answer after its shape was checked, as the cache holds it. */
export interface Answer {
  /** A simple answer's verdict, or the policy that is asked again for every request. */
  readonly verdict: boolean | PolicyDocument;
  readonly context: AuthorizerContext;
}

/** Documented limit on what a WebSocket authorizer may return. */
const MAX_WEBSOCKET_BYTES = 8 * 1024;

/** Checks the shape of what an authorizer returned; null is a configuration error. */
export function readAnswer(api: ApiType, config: AuthorizerConfig, result: unknown): Answer | null {
  if (!isRecord(result)) return null;
  if (api === "websocket" && Buffer.byteLength(JSON.stringify(result)) > MAX_WEBSOCKET_BYTES) return null;
  const given = result["context"] ?? {};
  if (!isRecord(given)) return null;
  if (config.simple === true) {
    const verdict = result["isAuthorized"];
    return typeof verdict === "boolean" ? { verdict, context: given } : null;
  }
  const { principalId, policyDocument } = result;
  if (typeof principalId !== "string" || principalId === "" || !isPolicy(policyDocument)) return null;
  const context = config.payload === "2.0" ? given : stringify(given);
  if (context === null) return null;
  return { verdict: policyDocument, context: api === "http" ? context : { ...context, principalId, integrationLatency: 0 } };
}

/** What an answer, fresh or cached, means for one request. */
export function applyAnswer({ verdict, context }: Answer, arn: string): Authorization {
  const effect = typeof verdict === "boolean" ? (verdict ? "allow" : "deny") : evaluatePolicy(verdict, arn);
  if (effect === "allow") return { allowed: true, context };
  return { allowed: false, refusal: effect === "deny" ? "ACCESS_DENIED" : "EXPLICIT_DENY", context };
}

/** Texts, numbers and booleans arrive as texts; anything else is a configuration error. */
function stringify(context: Record<string, unknown>): AuthorizerContext | null {
  const entries = Object.entries(context);
  if (entries.some(([, value]) => !["string", "number", "boolean"].includes(typeof value))) return null;
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

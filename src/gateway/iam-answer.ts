import { createHash } from "../node-crypto.ts";
import type { Principal } from "../principal/principal.ts";
import type { ParsedArn } from "./arn.ts";
import type { Outcome } from "./authorizer.ts";
import type { PolicyCompiler, PolicyDocument } from "./policy/policy-document.ts";

/** All that API Gateway takes in a context beside a policy. */
export type FlatContext = Record<string, string | number | boolean | null>;

/** The answer of an authorizer on REST and WebSocket APIs. */
export interface IamAnswer {
  readonly principalId: string;
  readonly policyDocument: PolicyDocument;
  readonly context: FlatContext;
}

const PLAIN_ID = /^[\x21-\x7e]{1,128}$/;

/**
 * A policy for everything this principal may reach, because API Gateway applies it to other routes while it is cached. Where
 * the requested route is not among it, the same answer is a 403, and `context.reason` tells access logs and gateway responses why.
 */
export function answerWithPolicy(arn: ParsedArn, { principal, context, gateway, reaches }: Outcome, compile: PolicyCompiler): IamAnswer {
  // These API types write the principal as text, and what stands beside it is a text or a number.
  return { principalId: principalId(principal), policyDocument: compile(gateway, reaches, arn), context: context as FlatContext };
}

/** Bounded and printable: it lands in access logs and usage plans. */
function principalId(principal: Principal | null): string {
  if (principal === null) return "anonymous";
  return PLAIN_ID.test(principal.id)
    ? principal.id
    : `${principal.issuer}|sha256:${createHash("sha256").update(principal.id).digest("base64url")}`;
}

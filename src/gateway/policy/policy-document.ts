import { routeOf } from "../../rules/match-route.ts";
import type { Route, RouteTable } from "../../rules/route-table.ts";
import { exactResource, type ParsedArn } from "../arn.ts";

/** One statement of an authorizer's policy. Its lists are the answer's own, as the types of others want them. */
export interface PolicyStatement {
  readonly Action: "execute-api:Invoke";
  readonly Effect: "Allow" | "Deny";
  readonly Resource: string[];
}

/** What an authorizer answers on REST and WebSocket APIs, and on HTTP APIs that want a policy. */
export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: PolicyStatement[];
}

/** Makes a policy of the routes of a table that a principal may reach. */
export type PolicyCompiler = (table: RouteTable, allowed: (route: Route) => boolean, arn: ParsedArn) => PolicyDocument;

/** The policy for a WebSocket connection, which is asked for once and reaches nothing else. */
export const connectPolicy: PolicyCompiler = (table, allowed, arn) => {
  const requested = routeOf(table, arn.routeKey ?? "");
  return requested !== null && allowed(requested) ? documentOf([exactResource(arn)], []) : denyAll(arn);
};

export function documentOf(allow: readonly string[], deny: readonly string[]): PolicyDocument {
  const statements: PolicyStatement[] = [{ Action: "execute-api:Invoke", Effect: "Allow", Resource: [...allow] }];
  if (deny.length > 0) statements.push({ Action: "execute-api:Invoke", Effect: "Deny", Resource: [...deny] });
  return { Version: "2012-10-17", Statement: statements };
}

export function denyAll({ stageArn }: ParsedArn): PolicyDocument {
  return { Version: "2012-10-17", Statement: [{ Action: "execute-api:Invoke", Effect: "Deny", Resource: [`${stageArn}*`] }] };
}

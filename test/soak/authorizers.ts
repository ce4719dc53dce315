import type { Invocation } from "../../bench/lambda/runtime-api.ts";
import type { Outcome } from "./oracle.ts";
import type { Request } from "./traffic.ts";

/** One API type, as the soak asks it and reads its answers. */
export interface SoakedApi {
  readonly name: "http" | "rest";
  readonly event: (request: Request) => object;
  readonly outcome: (answer: Invocation, request: Request) => Outcome;
  /** Whether the answer lets its caller in on another route as well; null: it is not used again there. */
  readonly opens: (answer: Invocation, route: string) => boolean | null;
}

const API = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/prod";
const CONTEXT = { apiId: "a1b2c3d4e5", requestId: "00000000-0000-4000-8000-000000000000" };
const arnOf = (route: string) => `${API}/${route.replace(" ", "")}`;

const headersOf = (request: Request, name: string) => (request.authorization === null ? {} : { [name]: request.authorization });

export const HTTP: SoakedApi = {
  name: "http",
  event: (request) => ({
    version: "2.0",
    type: "REQUEST",
    routeKey: request.route,
    identitySource: request.authorization === null ? null : [request.authorization, request.route],
    headers: headersOf(request, "authorization"),
    requestContext: { ...CONTEXT, stage: "$default" },
  }),
  outcome: (answer) => {
    if (!answer.ok) return thrown(answer.message);
    return (answer.value as { isAuthorized: unknown }).isAuthorized === true ? "allow" : "deny";
  },
  opens: () => null,
};

export const REST: SoakedApi = {
  name: "rest",
  event: (request) => ({
    type: "REQUEST",
    methodArn: arnOf(request.route),
    headers: headersOf(request, "Authorization"),
    requestContext: { ...CONTEXT, stage: "prod" },
  }),
  outcome: (answer, request) => {
    if (!answer.ok) return thrown(answer.message);
    return allows(answer.value, request.route) ? "allow" : "deny";
  },
  opens: (answer, route) => (answer.ok ? allows(answer.value, route) : null),
};

function allows(value: unknown, route: string): boolean {
  const { Statement } = (value as { policyDocument: { Statement: Statement[] } }).policyDocument;
  const covers = (effect: string) => Statement.some(({ Effect, Resource }) => Effect === effect && matches(Resource, arnOf(route)));
  return covers("Allow") && !covers("Deny");
}

interface Statement {
  readonly Effect: string;
  readonly Resource: string | readonly string[];
}

/** API Gateway makes a 500 of any error but the first. What went wrong is held against the sentences of docs/reasons.md. */
const THROWN: Readonly<Record<string, Outcome>> = {
  Unauthorized: "unauthenticated",
  "The issuer's keys could not be fetched and none are held.": "no keys",
  "The revocations could not be read, and the configuration says to refuse then.": "no revocations",
};
const thrown = (message: string): Outcome => THROWN[message] ?? "broken";

/** IAM's wildcards: `*` is any text, also across slashes, and `?` one character. */
function matches(resources: string | readonly string[], arn: string): boolean {
  return [resources].flat().some((resource) => {
    const pattern = resource
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replace(/\*/g, ".*")
      .replace(/\?/g, ".");
    return new RegExp(`^${pattern}$`).test(arn);
  });
}

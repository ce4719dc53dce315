import type { Members } from "../members.ts";

const ARN = /^arn:[a-z0-9-]+:execute-api:[a-z0-9-]+:[A-Za-z0-9-]+:([a-z0-9]+)\/(\$default|[A-Za-z0-9_-]+)\//;
/** How API Gateway writes the id of an API. Emulators that invent one for the authorizer alone write others. */
const API_ID = /^[a-z0-9]+$/;

/**
 * The API and stage that an authorizer was asked for, as `<API id>/<stage>`: it goes with the principal, and the guard compares
 * it with the request that it is about to serve. From the ARN, which every event but AppSync's has, else from the request
 * context. Null: not known.
 */
export function placeOf(event: unknown): string | null {
  const { methodArn, routeArn, requestContext } = event as Members;
  const arn = methodArn ?? routeArn;
  const match = typeof arn === "string" ? ARN.exec(arn) : null;
  if (match !== null) return `${match[1]}/${match[2]}`;
  const { apiId, stage } = (requestContext ?? {}) as Members;
  return typeof apiId === "string" && API_ID.test(apiId) && typeof stage === "string" ? `${apiId}/${stage}` : null;
}

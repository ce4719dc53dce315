import { matchesResource } from "../gateway/policy/resource-match.ts";
import type { Template } from "./cloudformation.ts";
import type { DeployedAuthorizer } from "./model.ts";
import { at, listOf, type Members, type Node, patternOf, referencesIn, referenceTo } from "./references.ts";

const FUNCTIONS = ["AWS::Lambda::Function", "AWS::Serverless::Function"];
const APIS = ["AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api", "AWS::Serverless::Api", "AWS::Serverless::HttpApi"];
/** APIs that SAM makes where none is written. */
const IMPLICIT_APIS = ["ServerlessRestApi", "ServerlessHttpApi"];
const GATEWAY = "apigateway.amazonaws.com";

const idsOf = ({ resources }: Template, types: readonly string[]) =>
  new Set(resources.filter(({ type }) => types.includes(type)).map(({ id }) => id));

/** The function behind an authorizer, and whether a permission or a role lets API Gateway call it. */
export function callee(
  uri: unknown,
  credentials: unknown,
  api: string,
  template: Template,
): Pick<DeployedAuthorizer, "functionId" | "isCallable"> {
  const functionId = functionIn(uri, template);
  if (functionId === null) return { functionId, isCallable: null };
  return { functionId, isCallable: credentials !== undefined || isPermitted(functionId, api, template) };
}

/** Whether a permission lets an API call a function as its authorizer. */
export function isPermitted(functionId: string, api: string, template: Template): boolean {
  const permissions = template.resources.filter(({ type }) => type === "AWS::Lambda::Permission");
  return permissions.some(
    ({ properties }) =>
      isForGateway(properties) &&
      isInvocation(properties["Action"]) &&
      functionIn(properties["FunctionName"], template) === functionId &&
      isFromAuthorizers(properties["SourceArn"], api, template),
  );
}

/** The function that a value means; null: none of the template's. A version or an alias stands for its function. */
function functionIn(value: Node, template: Template): string | null {
  const functions = idsOf(template, FUNCTIONS);
  if (typeof value === "string")
    return template.resources.find(({ id, properties }) => functions.has(id) && properties["FunctionName"] === value)?.id ?? null;
  const aliases = new Map(
    template.resources
      .filter(({ type }) => type === "AWS::Lambda::Version" || type === "AWS::Lambda::Alias")
      .map(({ id, properties }) => [id, referenceTo(properties["FunctionName"], functions)]),
  );
  const meant = referencesIn(value).map((reference) => {
    // SAM: `!Ref Function.Alias`.
    const [id = ""] = reference.split(".");
    return functions.has(id) ? id : (aliases.get(id) ?? null);
  });
  return meant.find((id) => id !== null) ?? null;
}

/** The principal may have the partition's own suffix. */
const isForGateway = (permission: Members) =>
  listOf(at(permission, "Principal")).some((one) => one === GATEWAY || JSON.stringify(one ?? "").includes("apigateway."));

/** What only a deployment knows is taken for the right thing. */
const isInvocation = (action: Node) =>
  typeof action === "object" || (typeof action === "string" && /^(?:lambda:(?:InvokeFunction|\*)|\*)$/i.test(action));

/** Whether a permission's source is this API's authorizers, which call as `<API>/authorizers/<id>`, as far as it can be told. */
function isFromAuthorizers(source: Node, api: string, template: Template): boolean {
  const apis = new Set([...idsOf(template, APIS), ...IMPLICIT_APIS]);
  const named = referenceTo(source, apis);
  if (named !== null && named !== api) return false;
  const [, , , , , ...rest] = patternOf(source, apis).split(":");
  const resource = rest.join(":");
  if (resource === "") return true;
  const [of = ""] = resource.split("/");
  const [, authorizer = "x"] = /\/authorizers\/([^/*?]+)$/.exec(resource) ?? [];
  return matchesResource(resource, `${of.replaceAll(/[*?]/g, "x")}/authorizers/${authorizer}`);
}

import { at, isTrue, type Members, membersOf, type Node, numberOf, textOf } from "./references.ts";

/** Settings of authorizers that a template may take from a parameter, in the spelling of each tool. */
const SETTINGS: ReadonlySet<string> = new Set([
  "AuthorizerResultTtlInSeconds",
  "authorizerResultTtlInSeconds",
  "ReauthorizeEvery",
  "EnableSimpleResponses",
  "enableSimpleResponses",
  "AuthorizerPayloadFormatVersion",
  "authorizerPayloadFormatVersion",
]);
/** What a template writes where it wants a property not to be there. */
const NO_VALUE = "AWS::NoValue";

/** A template whose authorizers have the defaults of its parameters where they refer to them. What has no default stays a reference. */
export function withDefaults(template: Node): Node {
  return settle(template, membersOf(at(template, "Parameters")));
}

function settle(value: Node, parameters: Members): Node {
  if (Array.isArray(value)) return value.map((item) => settle(item, parameters));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, SETTINGS.has(name) ? settingOf(inner, parameters) : settle(inner, parameters)]),
  );
}

function settingOf(value: Node, parameters: Members): Node {
  const name = textOf(at(value, "Ref")) ?? /^\$\{([A-Za-z0-9]+)\}$/.exec(textOf(at(value, "Fn::Sub")) ?? "")?.[1];
  if (name === undefined) return value;
  if (name === NO_VALUE) return undefined;
  // Of a parameter in Parameter Store the default is the name it has there.
  const isStored = textOf(at(parameters, name, "Type"))?.startsWith("AWS::SSM::") === true;
  return isStored ? value : (at(parameters, name, "Default") ?? value);
}

/**
 * Seconds for which API Gateway keeps an answer; null: only the deployment knows.
 * @param usual what it takes where nothing is said
 */
export function ttlOf(value: Node, usual: number): number | null {
  return value === undefined ? usual : numberOf(value);
}

/** Whether a flag is set, or may be: what only the deployment knows is taken for the more dangerous one. */
export const mayBeTrue = (value: Node): boolean => isTrue(value) || (typeof value === "object" && value !== null);

import { headerValues, type Incoming, SOURCE_IP } from "../events/incoming.ts";
import type { ApiType } from "./types.ts";

/** Reads one identity source out of a request: an empty text means missing. */
export type IdentitySource = (request: Incoming) => string;

type Reader = (request: Incoming, name: string) => string | undefined;

const CONTEXT: Readonly<Record<string, (request: Incoming) => string>> = {
  routeKey: ({ routeKey }) => routeKey,
  httpMethod: ({ method }) => method,
  path: ({ path }) => path,
  stage: ({ stage }) => stage,
  resourcePath: ({ routeKey }) => routeKey.slice(routeKey.indexOf(" ") + 1),
  "identity.sourceIp": () => SOURCE_IP,
};

const header: Reader = (request, name) => headerValues(request, name).join(",");
const query: Reader = ({ query }, name) =>
  query
    .filter(([candidate]) => candidate === name)
    .map(([, value]) => value)
    .join(",");
const stageVariable: Reader = ({ stageVariables }, name) => stageVariables?.[name];
const context: Reader = (request, name) => CONTEXT[name]?.(request);

/** The spellings of each API type. There is none for the path. */
const SPELLINGS: Readonly<Record<ApiType, readonly (readonly [prefix: string, reader: Reader])[]>> = {
  rest: [
    ["method.request.header.", header],
    ["method.request.querystring.", query],
    ["stageVariables.", stageVariable],
    ["context.", context],
  ],
  http: [
    ["$request.header.", header],
    ["$request.querystring.", query],
    ["$stageVariables.", stageVariable],
    ["$context.", context],
  ],
  websocket: [
    ["route.request.header.", header],
    ["route.request.querystring.", query],
    ["stageVariables.", stageVariable],
    ["context.", context],
  ],
};

/** @throws Error where this API type has no such source. */
export function identitySource(api: ApiType, text: string): IdentitySource {
  for (const [prefix, reader] of SPELLINGS[api]) {
    const name = text.slice(prefix.length);
    if (!text.startsWith(prefix) || name === "") continue;
    if (reader === context && !Object.hasOwn(CONTEXT, name)) break;
    return (request) => reader(request, name) ?? "";
  }
  throw new Error(`No identity source of a ${api} API: ${text}`);
}

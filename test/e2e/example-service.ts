import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { withExampleEnvironment } from "../../local/environment.ts";
import { createTestGateway } from "../gateway/gateway.ts";
import type { AuthorizerConfig, GatewayResponseConfig, Lambda, RouteConfig, TestGateway } from "../gateway/types.ts";

/** An authorizer as an event of `serverless.yml` names it; its name is that of its function. */
interface AuthorizerEntry {
  readonly name: string;
  readonly type?: "token" | "request";
  readonly identitySource: string | readonly string[];
  readonly identityValidationExpression?: string;
  readonly resultTtlInSeconds?: number;
}

interface FunctionEntry {
  /** Relative to the project: `dist/me/index.handler`. */
  readonly handler: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly events: readonly {
    readonly http?: { readonly method: string; readonly path: string; readonly authorizer?: AuthorizerEntry };
    readonly websocket?: { readonly route: string; readonly authorizer?: AuthorizerEntry };
  }[];
}

interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

/** A `serverless.yml` as the framework reads it, every variable filled in. */
export interface Service {
  readonly provider: { readonly stage: string };
  readonly functions: Readonly<Record<string, FunctionEntry>>;
  readonly resources: { readonly Resources: Readonly<Record<string, Resource>> };
}

type Api = "rest" | "websocket";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** Has the framework read a folder's `serverless.yml`, for bundles in a folder of the project. */
export async function readService(folder: string, bundles: string): Promise<Service> {
  const framework = join(root, "node_modules/serverless/bin/serverless.js");
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [framework, "print", "--format", "json", "--param", `bundles=${bundles}`],
    {
      cwd: join(root, folder),
      env: { ...withExampleEnvironment(process.env), SLS_TELEMETRY_DISABLED: "1", SLS_NOTIFICATIONS_MODE: "off" },
    },
  );
  return JSON.parse(stdout) as Service;
}

/** The variables of all its functions, which share one process here. */
export const environmentOf = ({ functions }: Service): Readonly<Record<string, string>> =>
  Object.assign({}, ...Object.values(functions).map(({ environment }) => environment));

/**
 * Puts the service's bundles behind the emulated API Gateway, with the routes and authorizers that its file describes.
 * Identity sources, where given, take the place of the file's.
 */
export async function deploy(service: Service, api: Api, sources?: readonly string[]): Promise<TestGateway> {
  const handlers = new Map<string, Lambda>();
  for (const [name, { handler }] of Object.entries(service.functions)) handlers.set(name, await load(handler));
  const routes: RouteConfig[] = [];
  const authorizers: Record<string, AuthorizerConfig> = {};
  for (const [name, { events }] of Object.entries(service.functions)) {
    for (const { http, websocket } of events) {
      const key = http === undefined ? websocket?.route : `${http.method.toUpperCase()} ${http.path}`;
      const authorizer = (http ?? websocket)?.authorizer;
      routes.push({ key: key ?? "", function: find(handlers, name), authorizer: authorizer?.name });
      if (authorizer === undefined) continue;
      const entry = { ...authorizer, identitySource: sources ?? authorizer.identitySource };
      authorizers[entry.name] = authorizerConfig(entry, api, find(handlers, entry.name));
    }
  }
  const { stage } = service.provider;
  return createTestGateway({ api, stage, routes, authorizers, gatewayResponses: gatewayResponses(service), clock: Date.now });
}

/** Imports one function's bundle: `folder/index.handler` is the export `handler` of `folder/index.mjs`. */
async function load(handler: string): Promise<Lambda> {
  const dot = handler.lastIndexOf(".");
  const bundle = (await import(/* @vite-ignore */ pathToFileURL(join(root, `${handler.slice(0, dot)}.mjs`)).href)) as Record<
    string,
    Lambda
  >;
  return find(new Map(Object.entries(bundle)), handler.slice(dot + 1));
}

function authorizerConfig(entry: AuthorizerEntry, api: Api, handler: Lambda): AuthorizerConfig {
  const { type, identitySource, identityValidationExpression, resultTtlInSeconds } = entry;
  return {
    // What the framework takes where the file does not say.
    type: (type ?? (api === "rest" ? "token" : "request")) === "token" ? "TOKEN" : "REQUEST",
    payload: "1.0",
    identitySources: [identitySource].flat(),
    ...(identityValidationExpression !== undefined && { identityValidationExpression }),
    ...(resultTtlInSeconds !== undefined && { ttl: resultTtlInSeconds }),
    handler,
  };
}

function gatewayResponses({ resources }: Service): Record<string, GatewayResponseConfig> {
  const found = Object.values(resources.Resources).filter(({ Type }) => Type === "AWS::ApiGateway::GatewayResponse");
  return Object.fromEntries(
    found.map(({ Properties }) => {
      const { ResponseType, StatusCode, ResponseParameters, ResponseTemplates } = Properties as {
        readonly ResponseType: string;
        readonly StatusCode?: string;
        readonly ResponseParameters: Readonly<Record<string, string>>;
        readonly ResponseTemplates: { readonly "application/json": string };
      };
      const template = ResponseTemplates["application/json"];
      return [ResponseType, { parameters: ResponseParameters, template, ...(StatusCode && { statusCode: Number(StatusCode) }) }];
    }),
  );
}

function find(handlers: ReadonlyMap<string, Lambda>, name: string): Lambda {
  const found = handlers.get(name);
  if (found === undefined) throw new Error(`There is no function ${name}.`);
  return found;
}

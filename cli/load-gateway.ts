import { ConfigurationError } from "../src/config/report.ts";
import type { Gateway } from "../src/gateway.ts";
import { loadModule } from "./load-module.ts";
import { UsageError } from "./usage.ts";

/** What to do where there is no configuration. */
const FIX = "Change to the project's folder, or name the file with --config.";

/** A configuration as a file has it, or what is wrong with it. */
export type Loaded = { readonly gateway: Gateway; readonly error: null } | { readonly gateway: null; readonly error: ConfigurationError };

/**
 * Reads a configuration from its file, for a command about what is deployed.
 * @throws UsageError where the file has none, or one with problems
 */
export async function loadGateway(path: string): Promise<Gateway> {
  const { gateway, error } = await tryGateway(path);
  if (gateway === null)
    throw new UsageError(describeProblems(error, "Set them as they are set for the deployed API, which this command is about."));
  return gateway;
}

/** Everything that is wrong with a configuration, and beneath it where variables come from, if it is that they are missing. */
export function describeProblems({ message, problems }: ConfigurationError, variables: string): string {
  return problems.some((problem) => problem.message.startsWith("the environment variable ")) ? `${message}\n${variables}` : message;
}

/**
 * Reads a configuration from its file, or what is wrong with it.
 * @param fix what to do where there is no such file
 * @throws UsageError where the file has none, or cannot be loaded
 */
export async function tryGateway(path: string, fix: string = FIX): Promise<Loaded> {
  const module = await loadModule(path, fix).catch((error: unknown) => {
    if (error instanceof ConfigurationError) return error;
    throw error;
  });
  if (module instanceof ConfigurationError) return { gateway: null, error: module };
  const { default: gateway } = module as { readonly default?: Gateway };
  if (!Array.isArray(gateway?.issuers)) throw new UsageError(`${path} does not default-export what defineGateway returns.`);
  return { gateway, error: null };
}

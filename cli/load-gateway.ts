import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ConfigurationError } from "../src/config/report.ts";
import type { Gateway } from "../src/gateway.ts";
import { UsageError } from "./usage.ts";

/** A configuration as a file has it, or what is wrong with it. */
export type Loaded = { readonly gateway: Gateway; readonly error: null } | { readonly gateway: null; readonly error: ConfigurationError };

/**
 * Reads a configuration from its file.
 * @throws UsageError where the file has none, or one with problems
 */
export async function loadGateway(path: string): Promise<Gateway> {
  const { gateway, error } = await tryGateway(path);
  if (gateway === null) throw new UsageError(error.message);
  return gateway;
}

/**
 * Reads a configuration from its file, or what is wrong with it.
 * @throws UsageError where the file has none
 */
export async function tryGateway(path: string): Promise<Loaded> {
  const module = await import(pathToFileURL(resolve(path)).href).catch((error: unknown) => {
    if (error instanceof ConfigurationError) return error;
    if ((error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND" && String(error).includes(resolve(path)))
      throw new UsageError(`there is no ${path}.`);
    throw error;
  });
  if (module instanceof ConfigurationError) return { gateway: null, error: module };
  const { default: gateway } = module as { readonly default?: Gateway };
  if (!Array.isArray(gateway?.issuers)) throw new UsageError(`${path} does not default-export what defineGateway returns.`);
  return { gateway, error: null };
}

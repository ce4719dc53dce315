import { existsSync } from "node:fs";
import { basename, dirname, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ConfigurationError } from "../src/config/report.ts";
import { UsageError } from "./usage.ts";

const LIBRARY = fileURLToPath(new URL("../src/", import.meta.url));

/**
 * Imports one of a project's own files.
 * @param fix what to do where there is no such file
 * @throws ConfigurationError as the file raised it; UsageError where there is no such file, or it fails in any other way, saying where
 */
export async function loadModule(path: string, fix: string): Promise<unknown> {
  const absolute = resolve(path);
  if (!existsSync(absolute)) throw new UsageError(`there is no ${basename(absolute)} in ${dirname(absolute)}. ${fix}`);
  try {
    return (await import(pathToFileURL(absolute).href)) as unknown;
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    throw new UsageError(`${relative(process.cwd(), absolute)} cannot be loaded: ${describeError(error)}`, { cause: error });
  }
}

/** What went wrong and where in the project, without the rest of the stack. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const place = placeOf(error.stack ?? "");
  return place === null ? error.message : `${error.message}\n  at ${place}`;
}

/** A frame names a file by its URL. A file that cannot be parsed is named above the message, some of them by their path. */
const FRAME = /file:\/\/(\/[^\s)]+):(\d+):\d+\)?$/;
const UNPARSED = /^(?:file:\/\/)?(\/.+):(\d+)$/;

/** A URL's escapes stand for signs; a plain path has none. */
function pathIn(text: string, path: string): string {
  try {
    return text.startsWith("file:") ? decodeURI(path) : path;
  } catch {
    return path;
  }
}

/** The first place in the project's own files, else the first in the library; null: neither is in the stack. */
function placeOf(stack: string): string | null {
  const places = stack
    .split("\n")
    .map((line) => FRAME.exec(line) ?? UNPARSED.exec(line))
    .flatMap((found) => (found === null ? [] : [{ path: pathIn(found[0], found[1] ?? ""), line: found[2] ?? "" }]))
    .filter(({ path }) => !path.includes("/node_modules/"));
  const place = places.find(({ path }) => !path.startsWith(LIBRARY)) ?? places[0];
  return place === undefined ? null : `${relative(process.cwd(), place.path)}:${place.line}`;
}

import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type CollectionTag, parse, type ScalarTag, type YAMLMap, type YAMLSeq } from "yaml";
import type { DeployedApi } from "../src/doctor/model.ts";
import { CDK_TEMPLATES, readTemplate, USUAL_TEMPLATES } from "../src/doctor/template.ts";
import { UsageError } from "./usage.ts";

/** CloudFormation's functions that YAML may write as a tag. */
const FUNCTIONS = ["Sub", "GetAtt", "Join", "Select", "Split", "ImportValue", "If", "FindInMap", "Base64", "Cidr", "GetAZs", "Transform"];
const OTHERS = ["And", "Or", "Not", "Equals", "Condition"];

/** The templates that are where tools leave them. */
export async function findTemplates(): Promise<readonly string[]> {
  const { folder, ending } = CDK_TEMPLATES;
  const synthesized = await readdir(folder).catch(() => []);
  const candidates = [...USUAL_TEMPLATES, ...synthesized.filter((name) => name.endsWith(ending)).map((name) => join(folder, name))];
  const isThere = await Promise.all(
    candidates.map((path) =>
      stat(path)
        .then(() => true)
        .catch(() => false),
    ),
  );
  return candidates.filter((_, index) => isThere[index]);
}

/**
 * The APIs of templates in JSON or YAML.
 * @throws UsageError where a file cannot be read or is no template
 */
export async function readApis(paths: readonly string[]): Promise<readonly DeployedApi[]> {
  const apis = await Promise.all(paths.map(async (path) => readTemplate(path, await readDocument(path), await readState(path))));
  return apis.flat();
}

/** What Serverless leaves beside its template; undefined where there is nothing, or something else. */
async function readState(path: string): Promise<unknown> {
  if (!basename(path).startsWith("cloudformation-template-")) return undefined;
  const state = join(dirname(path), "serverless-state.json");
  const text = await readFile(state, "utf8").catch(() => null);
  return text === null ? undefined : parseDocument(state, text);
}

async function readDocument(path: string): Promise<unknown> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(error.code === "ENOENT" ? `there is no ${path}.` : `${path} cannot be read (${error.code}).`);
  });
  const document = parseDocument(path, text);
  if (typeof (document as { readonly Resources?: unknown } | null)?.Resources !== "object")
    throw new UsageError(`${path} is no CloudFormation template: it has no Resources.`);
  return document;
}

function parseDocument(path: string, text: string): unknown {
  try {
    return path.endsWith(".json") ? JSON.parse(text) : parse(text, { customTags: TAGS });
  } catch {
    throw new UsageError(`${path} is neither JSON nor YAML.`);
  }
}

const TAGS = ["Ref", ...FUNCTIONS, ...OTHERS].flatMap((name): (ScalarTag | CollectionTag)[] => {
  const member = FUNCTIONS.includes(name) || (OTHERS.includes(name) && name !== "Condition") ? `Fn::${name}` : name;
  const collected = (node: YAMLMap | YAMLSeq) => ({ [member]: node.toJSON() as unknown });
  return [
    { tag: `!${name}`, resolve: (text) => ({ [member]: text }) },
    { tag: `!${name}`, collection: "seq", resolve: (node) => collected(node) },
    { tag: `!${name}`, collection: "map", resolve: (node) => collected(node) },
  ];
});

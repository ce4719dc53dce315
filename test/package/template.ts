import { readFile } from "node:fs/promises";
import { join } from "node:path";

type Json = Readonly<Record<string, unknown>>;

/** One resource of a CloudFormation template. */
export interface Resource<Properties = Json> {
  readonly id: string;
  readonly Type: string;
  readonly Properties: Properties;
}

/** A statement of a role's policy. */
export interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

/** A packaged service: its template and its zips. */
export interface Template {
  /** Every resource of a type. */
  all<Properties = Json>(type: string): readonly Resource<Properties>[];
  /** One resource, by its logical id. */
  get<Properties = Json>(id: string): Resource<Properties>;
  /** The names of the files in a function's zip, by the name of the function. */
  filesOf(name: string): Promise<readonly string[]>;
}

/** Reads what the framework left in a folder. */
export async function readTemplate(folder: string): Promise<Template> {
  const text = await readFile(join(folder, "cloudformation-template-update-stack.json"), "utf8");
  const { Resources } = JSON.parse(text) as { Resources: Record<string, Omit<Resource<never>, "id">> };
  const resources = Object.entries(Resources).map(([id, resource]) => ({ id, ...resource }));
  return {
    all: (type) => resources.filter((resource) => resource.Type === type),
    get: (id) => {
      const found = resources.find((resource) => resource.id === id);
      if (found === undefined) throw new Error(`The template has no resource ${id}.`);
      return found;
    },
    filesOf: async (name) => zipEntries(await readFile(join(folder, `${name}.zip`))),
  };
}

/** Names of a zip's central directory (APPNOTE 4.3.12 and 4.3.16). */
function zipEntries(zip: Buffer): readonly string[] {
  const end = zip.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
  let at = zip.readUInt32LE(end + 16);
  return Array.from({ length: zip.readUInt16LE(end + 10) }, () => {
    const [name, extra, comment] = [zip.readUInt16LE(at + 28), zip.readUInt16LE(at + 30), zip.readUInt16LE(at + 32)];
    const entry = zip.toString("utf8", at + 46, at + 46 + name);
    at += 46 + name + extra + comment;
    return entry;
  });
}

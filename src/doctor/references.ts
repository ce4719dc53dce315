/** A parsed template's value: objects are read by own members only. */
export type Node = unknown;
export type Members = Readonly<Record<string, Node>>;

/** One resource of a template. */
export interface Resource {
  readonly id: string;
  readonly type: string;
  readonly properties: Members;
}

/** The members of an object; none where it is something else. */
export function membersOf(value: Node): Members {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Members) : {};
}

/** One member, by its path. */
export function at(value: Node, ...path: readonly string[]): Node {
  return path.reduce<Node>((node, name) => (Object.hasOwn(membersOf(node), name) ? membersOf(node)[name] : undefined), value);
}

export const listOf = (value: Node): readonly Node[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);
export const textOf = (value: Node): string | null => (typeof value === "string" ? value : null);
export const textsOf = (value: Node): readonly string[] => listOf(value).filter((item) => typeof item === "string");

/** A number, also one that is written as text; null where it is neither. */
export function numberOf(value: Node): number | null {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : null;
}

export const isTrue = (value: Node): boolean => value === true || value === "true";

/** A template's resources. */
export function resourcesOf(template: Node): readonly Resource[] {
  return Object.entries(membersOf(at(template, "Resources"))).map(([id, resource]) => ({
    id,
    type: textOf(at(resource, "Type")) ?? "",
    properties: membersOf(at(resource, "Properties")),
  }));
}

/**
 * The logical ids that a value refers to, in any way CloudFormation has: Ref, Fn::GetAtt, and `${…}` in Fn::Sub.
 */
export function referencesIn(value: Node): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  return Object.entries(membersOf(value)).flatMap(([name, inner]) => {
    if (name === "Ref") return textsOf(inner);
    if (name === "Fn::GetAtt") return textsOf(Array.isArray(inner) ? inner[0] : String(inner).split(".")[0]);
    if (name === "Fn::Sub") return [...substituted(Array.isArray(inner) ? inner[0] : inner), ...referencesIn(inner)];
    return referencesIn(inner);
  });
}

function substituted(text: Node): readonly string[] {
  if (typeof text !== "string") return [];
  return [...text.matchAll(/\$\{([A-Za-z0-9]+)(?:\.[A-Za-z0-9.]+)?\}/g)].map(([, id = ""]) => id);
}

/** The first of the ids that a value refers to; null: none. */
export function referenceTo(value: Node, ids: ReadonlySet<string>): string | null {
  return referencesIn(value).find((id) => ids.has(id)) ?? null;
}

/** A value as text, with `*` for what only a deployment knows; a reference to one of the ids is that id. */
export function patternOf(value: Node, ids: ReadonlySet<string>): string {
  if (typeof value === "string") return value;
  const [name, inner] = Object.entries(membersOf(value))[0] ?? [];
  if (name === "Ref") return typeof inner === "string" && ids.has(inner) ? inner : "*";
  if (name === "Fn::Sub")
    return String(Array.isArray(inner) ? inner[0] : inner).replaceAll(/\$\{([^}]*)\}/g, (_, id: string) => (ids.has(id) ? id : "*"));
  if (name !== "Fn::Join" || !Array.isArray(inner)) return "*";
  return listOf(inner[1])
    .map((part) => patternOf(part, ids))
    .join(textOf(inner[0]) ?? "");
}

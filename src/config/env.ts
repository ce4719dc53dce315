/** Marks, inside a string, a variable that could not be read. NUL cannot occur in an environment variable. */
const MARK = "\0";
const MARKED = new RegExp(`${MARK}([^:]*):([^${MARK}]*)${MARK}`);

/**
 * An environment variable, read once, where the configuration is defined. A missing or empty one, or the text "undefined",
 * is reported by `defineGateway` together with every other problem, also from inside a template literal.
 */
export function env(name: string): string {
  const value = process.env[name];
  if (value === undefined) return mark(name, "is not set");
  if (value.trim() === "") return mark(name, "is empty");
  if (value === "undefined" || value === "null") return mark(name, `holds the text "${value}"`);
  return value;
}

/** The variable that a string was to be made of, and what is wrong with it; null where nothing is. */
export function unreadVariable(text: string): { readonly name: string; readonly state: string } | null {
  const match = text.includes(MARK) ? MARKED.exec(text) : null;
  return match === null ? null : { name: match[1] ?? "", state: match[2] ?? "" };
}

const mark = (name: string, state: string) => `${MARK}${name}:${state}${MARK}`;

import { withoutTokens } from "../src/explain/safe-text.ts";

/** What is wrong, said to whoever typed the command. */
export class UsageError extends Error {}

/** Runs a command's work; what goes wrong is said on standard error, without any token in it, and the exit code is 1. */
export async function attempt(work: () => Promise<void> | void): Promise<void> {
  try {
    await work();
  } catch (error) {
    console.error(error instanceof UsageError ? `sallyport: ${withoutTokens(error.message)}` : error);
    process.exitCode = 1;
  }
}

/** A command's options and words, as it declares them. */
type Declared = Readonly<Record<string, { readonly type: string }>>;

/**
 * Refuses what the command would not heed, and so would do something else than was meant: options that it does not have, those that are
 * given twice or without their value, and words that belong to no option.
 * @param repeatable options that may be given again
 * @throws UsageError
 */
export function checkArguments(rawArgs: readonly string[], declared: Declared, command: string, repeatable: readonly string[] = []): void {
  const refuse = (what: string): never => {
    throw new UsageError(`${what}; sallyport ${command} --help says what it takes.`);
  };
  const seen = new Set<string>();
  let words = Object.values(declared).filter(({ type }) => type === "positional").length;
  const rest = [...rawArgs];
  for (let text = rest.shift(); text !== undefined; text = rest.shift()) {
    if (!isOption(text)) {
      // Not repeated: it may be a token.
      if (--words < 0) refuse("there is a word that belongs to no option");
      continue;
    }
    const [name = "", value] = /^--([^=]*)(?:=(.*))?$/s.exec(text)?.slice(1) ?? [];
    const type = Object.hasOwn(declared, name) ? declared[name]?.type : undefined;
    if (!text.startsWith("--")) refuse("there is an argument with one dash");
    if (type === undefined || type === "positional") refuse(`there is no option --${name}`);
    if (seen.has(name) && !repeatable.includes(name)) refuse(`--${name} is given twice`);
    if (type === "boolean" && value !== undefined) refuse(`--${name} takes no value`);
    if (type === "string" && value === undefined) {
      const next = rest.shift();
      if (next === undefined || isOption(next)) refuse(`--${name} has no value (one that begins with a dash: --${name}=-x)`);
    }
    seen.add(name);
  }
}

/** A single dash is a word. */
const isOption = (text: string) => text.startsWith("-") && text !== "-";

import { parseArgs, type ParseArgsConfig } from "node:util";

type Options = NonNullable<ParseArgsConfig["options"]>;
type Values<O extends Options> = ReturnType<typeof parseArgs<{ args: string[]; options: O }>>["values"];

/**
 * Reads the command line of one of the project's own tools. What it does not know is said in a line above the usage, and the process
 * ends with 2.
 * @param read makes of the options what the tool needs; null: their values are not usable
 */
export function readArguments<const O extends Options, R>(
  usage: string,
  options: O,
  read: (values: Values<O>) => R | null,
  args: readonly string[] = process.argv.slice(2),
): R {
  let why = "";
  try {
    const found = read(parseArgs({ args: [...args], options }).values);
    if (found !== null) return found;
  } catch (error) {
    why = error instanceof Error ? `${error.message.split(". ")[0]}.\n` : "";
  }
  console.error(`${why}usage: ${usage}`);
  process.exit(2);
}

import { type CommandDef, defineCommand, runMain } from "citty";
import { withoutTokens } from "../src/explain/safe-text.ts";
import { doctor } from "./doctor.ts";
import { explain } from "./explain.ts";
import { responses } from "./gateway-responses.ts";
import { keys } from "./keys.ts";
import { revoke } from "./revoke.ts";
import { token } from "./token.ts";

const sallyport = defineCommand({
  meta: { name: "sallyport", description: "Tools for a gateway on this machine" },
  subCommands: { token, explain, doctor, keys, "gateway-responses": responses, revoke },
});

/** Longer than any command, in characters. */
const MAX_WORD = 24;

/** The parser repeats a word that stands where a command should: one that may be a token does not get that far. */
export function withoutStrangers(rawArgs: readonly string[], { subCommands }: CommandDef): string[] {
  const at = rawArgs.findIndex((text) => !text.startsWith("-"));
  const word = rawArgs[at];
  if (word === undefined || subCommands === undefined) return [...rawArgs];
  const next = Object.hasOwn(subCommands, word) ? (subCommands as Readonly<Record<string, CommandDef>>)[word] : undefined;
  const shown = word.length > MAX_WORD ? "(not shown: it may be a token)" : withoutTokens(word);
  const rest = rawArgs.slice(at + 1);
  return [...rawArgs.slice(0, at), shown, ...(next === undefined ? rest : withoutStrangers(rest, next))];
}

/** Runs `sallyport ...` with the arguments of this process. */
export const run = (): Promise<void> => runMain(sallyport, { rawArgs: withoutStrangers(process.argv.slice(2), sallyport) });

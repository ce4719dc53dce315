/** What is wrong, said to whoever typed the command. */
export class UsageError extends Error {}

/** Runs a command's work; what goes wrong is said on standard error, and the exit code is 1. */
export async function attempt(work: () => Promise<void> | void): Promise<void> {
  try {
    await work();
  } catch (error) {
    console.error(error instanceof UsageError ? `sallyport: ${error.message}` : error);
    process.exitCode = 1;
  }
}

/** Refuses options that the command does not have: a misspelt one would otherwise quietly do nothing. */
export function refuseUnknownFlags(rawArgs: readonly string[], known: object, command: string): void {
  const unknown = rawArgs.find((text) => text.startsWith("--") && !Object.hasOwn(known, text.slice(2).split("=")[0] ?? ""));
  if (unknown !== undefined) throw new UsageError(`there is no option ${unknown}; sallyport ${command} --help lists them.`);
}

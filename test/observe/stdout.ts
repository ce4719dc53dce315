import { type MockInstance, vi } from "vitest";

/**
 * Hands on the lines of JSON that are written to stdout, until the mock is restored. Whatever else is written there, by the test runner,
 * goes where it went.
 */
export function spyOnStdout(take: (line: string) => void): MockInstance {
  const write = process.stdout.write.bind(process.stdout) as (...args: unknown[]) => boolean;
  return vi.spyOn(process.stdout, "write").mockImplementation((...args: unknown[]) => {
    const [text] = args;
    if (typeof text !== "string" || !/^\{.*\}\n$/.test(text)) return write(...args);
    take(text.slice(0, -1));
    return true;
  });
}

/** Makes the console write as Lambda's does, in its text format: with the time, the invocation and the level in front. */
export function patchConsole(): void {
  for (const method of ["debug", "info", "log", "warn", "error"] as const)
    vi.spyOn(console, method).mockImplementation((...args: unknown[]) => {
      const level = method === "log" ? "INFO" : method.toUpperCase();
      const head = `2026-01-01T12:00:00.000Z\t7c1e0f0c-0000-4000-8000-000000000000\t${level}`;
      process.stdout.write(`${head}\t${args.map(String).join(" ")}\n`);
    });
}

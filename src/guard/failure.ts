/** What is written down of an error: what it is called and where it was thrown, and nothing of its message. */
interface Failure {
  readonly error: string;
  /** Where the stack's frames are, the innermost first: files, lines and columns. What a function is called may come from a caller. */
  readonly stack?: readonly string[];
}

const MAX_FRAMES = 10;
/** What stands before the message at the head of a stack: a name, which may have the code of one of Node's own errors with it. */
const NAME = /^[^\n:]{0,128}/;
/** With its place, if it has one. */
const FRAME = /^\s+at (?:.{1,400} )?\(?(?:((?:file:\/\/|node:|\/)[^\s()]{1,400}:\d+:\d+)|<anonymous>|index \d+|native)\)?$/;

/**
 * What a log may say of whatever a handler threw. A message may quote what the caller sent, so a stack says places only where its head
 * is this very message: then it is known where the message ends, however many lines it has.
 */
export function failureOf(error: unknown): Failure {
  const name = textOf(error, "name");
  if (name === null) return { error: "unknown" };
  const stack = framesOf(textOf(error, "stack") ?? "", textOf(error, "message") ?? "");
  return { error: name, ...(stack.length > 0 && { stack }) };
}

/** A member of an error, if it is text: anything may be thrown, and a member may throw when it is looked at. */
function textOf(error: unknown, name: keyof Error): string | null {
  try {
    const value: unknown = error instanceof Error ? error[name] : null;
    return typeof value === "string" ? value : null;
  } catch {
    return null;
  }
}

function framesOf(stack: string, message: string): readonly string[] {
  const name = NAME.exec(stack)?.[0] ?? "";
  const head = message === "" ? `${name}\n` : `${name}: ${message}\n`;
  if (!stack.startsWith(head)) return [];
  const lines = stack.slice(head.length).split("\n", MAX_FRAMES);
  const frames = lines.map((line) => FRAME.exec(line));
  const end = frames.indexOf(null);
  return frames.slice(0, end === -1 ? MAX_FRAMES : end).flatMap((frame) => frame?.[1] ?? []);
}

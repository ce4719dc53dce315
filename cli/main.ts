const isTerminal = process.stdout.isTTY && process.stderr.isTTY;
// The parser of the command line asks for "1" only, and does not ask where its text goes.
if (!isTerminal || (process.env["NO_COLOR"] ?? "") !== "") process.env["NO_COLOR"] = "1";

// It decides about colours as soon as it is loaded.
const { run } = await import("./commands.ts");
await run();

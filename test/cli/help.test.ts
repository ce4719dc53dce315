import { tmpdir } from "node:os";
import { expect, it } from "vitest";
import { runCli } from "./run-cli.ts";

it.each([[["--help"]], [["explain", "--help"]], [["nothing-like-that"]]])("what %j prints into a pipe is plain text", async (args) => {
  const { stdout, stderr } = await runCli(args, { cwd: tmpdir(), env: { NO_COLOR: "", TEST: "", CI: "", TERM: "xterm-256color" } });
  expect(stdout).toContain("USAGE");
  expect(stdout + stderr).not.toContain("\u001b");
});

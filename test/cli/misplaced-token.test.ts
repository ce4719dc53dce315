import { tmpdir } from "node:os";
import { defineCommand } from "citty";
import { afterEach, describe, expect, it, vi } from "vitest";
import { withoutStrangers } from "../../cli/commands.ts";
import { attempt, UsageError } from "../../cli/usage.ts";
import { runCli } from "./run-cli.ts";

const encode = (text: string) => Buffer.from(text).toString("base64url");
const TOKEN = [encode('{"alg":"RS256","kid":"k"}'), encode('{"sub":"somebody"}'), encode("a signature")].join(".");
/** No piece of it may be printed. */
const pieces = [TOKEN.slice(0, 12), TOKEN.split(".")[1] ?? "", TOKEN.split(".")[2] ?? ""];
const shows = (text: string) => pieces.some((piece) => text.includes(piece));

describe("a word where a command should stand", () => {
  const part = defineCommand({ subCommands: { pin: defineCommand({}) } });
  const command = defineCommand({ subCommands: { explain: defineCommand({}), keys: part } });

  it.each([
    [[TOKEN]],
    [["--json", TOKEN]],
    [["keys", TOKEN]],
    [["keys", "--json", TOKEN, "pin"]],
    [["an-opaque-token-of-some-length"]],
    [[`x${encode('{"a":12345}')}`]],
  ])("does not come through where it may be a token: %j", (args) => {
    const text = withoutStrangers(args, command).join(" ");
    expect(shows(text) || text.includes("opaque") || text.includes(encode('{"a":12345}'))).toBe(false);
  });

  it.each([
    [["explain", TOKEN, "--route", "GET /"]],
    [["explain", "keys", TOKEN]],
    [["keys", "pin", TOKEN]],
    [["expalin", "-"]],
    [["toString", "-"]],
    [["--help"]],
    [[]],
  ])("changes nothing of a command's own words: %j", (args) => {
    expect(withoutStrangers(args, command)).toEqual(args);
  });

  it.each([[[TOKEN]], [["keys", TOKEN]]])("is not repeated by the program", async (args) => {
    const { code, stdout, stderr } = await runCli(args, { cwd: tmpdir() });
    expect(code).toBe(1);
    expect(stderr).toContain("Unknown command");
    expect(shows(stdout + stderr)).toBe(false);
  });
});

describe("what a command complains of", () => {
  afterEach(() => {
    vi.restoreAllMocks();
    process.exitCode = undefined;
  });

  it.each([
    [`there is no ${TOKEN} in the folder.`, "there is no <token> in the folder."],
    [`there is no option --${TOKEN};`, "there is no option --<token>;"],
    ["there is no eyelets.examples.json.", "there is no eyelets.examples.json."],
  ])("is said without a token: %s", async (message, shown) => {
    const said = vi.spyOn(console, "error").mockImplementation(() => {});
    await attempt(() => {
      throw new UsageError(message);
    });
    expect(said.mock.calls).toEqual([[`sallyport: ${shown}`]]);
  });
});

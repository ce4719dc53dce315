import { describe, expect, it } from "vitest";
import { checkArguments, UsageError } from "../../cli/usage.ts";

const DECLARED = {
  token: { type: "positional" },
  route: { type: "string" },
  template: { type: "string" },
  json: { type: "boolean" },
} as const;

/** What is said to whoever typed these; null: nothing. */
function complaint(args: readonly string[], declared: Parameters<typeof checkArguments>[1] = DECLARED): string | null {
  try {
    checkArguments(args, declared, "demo", ["template"]);
    return null;
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}

describe("a command line", () => {
  it.each([
    [[]],
    [["t"]],
    [["-", "--route", "GET /orders", "--json"]],
    [["--json", "t", "--route=GET /orders"]],
    [["t", "--route=--json"]],
    [["t", "--route="]],
    [["t", "--route", "-"]],
    [["t", "--route", "a=b"]],
    [["t", "--route", "two\nlines=--json"]],
    [["t", "--template", "a.json", "--template=b.json"]],
  ])("of %j is understood", (args) => expect(complaint(args)).toBe(null));

  it.each([
    [["t", "--rout", "x"], "there is no option --rout"],
    [["t", "--toString"], "there is no option --toString"],
    [["--token", "t"], "there is no option --token"],
    [["t", "--no-json"], "there is no option --no-json"],
    [["t", "--"], "there is no option --"],
    [["t", "u"], "there is a word that belongs to no option"],
    [["t", "--json", "true"], "there is a word that belongs to no option"],
    [["t", "-json"], "there is an argument with one dash"],
    [["t", "-route", "x"], "there is an argument with one dash"],
    [["t", "--route", "x", "--route", "x"], "--route is given twice"],
    [["t", "--json", "--json"], "--json is given twice"],
    [["t", "--json=false"], "--json takes no value"],
    [["t", "--route"], "--route has no value (one that begins with a dash: --route=-x)"],
    [["t", "--route", "--json"], "--route has no value (one that begins with a dash: --route=-x)"],
    [["t", "--route", "-x"], "--route has no value (one that begins with a dash: --route=-x)"],
  ])("of %j is refused, with a way to the help", (args, what) => {
    expect(complaint(args)).toBe(`${what}; sallyport demo --help says what it takes.`);
  });

  it("with a word is refused where the command takes none", () => {
    expect(complaint(["word"], { json: DECLARED.json })).toContain("a word that belongs to no option");
  });

  it("is not repeated where it may hold a token or another secret", () => {
    const said = [["t", "secret"], ["-secret"], ["t", "--json=secret"], ["t", "--route", "-secret"], ["t", "--rout=secret"]].map((args) =>
      complaint(args),
    );
    expect(said).toHaveLength(5);
    for (const text of said) expect(text).not.toContain("secret");
  });
});

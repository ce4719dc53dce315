import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { sessionGuard } from "../../src/guard/session-guard.ts";
import { defineRoutes, guard, resolverGuard } from "../../src/guard/index.ts";
import { encodeText } from "../../src/principal/codec.ts";
import { authorizerContext, testPrincipal } from "../../src/testing/index.ts";

const principal = testPrincipal({ expiresAt: 60 });
const routes = defineRoutes({ "GET /me": "authenticated" });
const proxied = { version: "2.0", routeKey: "GET /me", requestContext: { authorizer: authorizerContext(principal, "http") } };
const resolved = { identity: { resolverContext: encodeText(principal) } };

type Line = Readonly<Record<string, unknown>>;
type Door = (
  handler: () => Promise<never>,
  options: { clock: () => number; stopwatch: () => number; log: (line: Line) => void },
) => () => Promise<unknown>;

const DOORS: Readonly<Record<string, Door>> = {
  guard: (handler, options) => () => guard(routes, handler, options)(proxied),
  "session guard": (handler, options) => () => sessionGuard(routes, handler, options)(proxied),
  "resolver's guard": (handler, options) => () => resolverGuard("authenticated", handler, options)(resolved).catch(() => null),
};

/** The line about a handler that throws this. */
async function lineOf(thrown: unknown, door: Door = DOORS["guard"] as Door): Promise<Line> {
  const lines: Line[] = [];
  const failing = async function brokenHandler(): Promise<never> {
    throw thrown;
  };
  let elapsed = 0;
  await door(failing, { clock: () => 0, stopwatch: () => (elapsed += 1.25), log: (line) => void lines.push(line) })();
  expect(lines).toHaveLength(1);
  return lines[0] ?? {};
}

/** An error as an engine makes it, with a stack of one's own. */
const withStack = (message: string, stack: unknown) => Object.defineProperty(new Error(message), "stack", { value: stack });
/** An error whose message is another than the one that stands in its stack. */
const changed = (written: string, message: unknown) =>
  Object.assign(withStack(written, `Error: ${written}\n${FRAMES.join("\n")}`), { message });
const FRAMES = ["    at one (file:///var/task/index.mjs:1:2)", "    at async two (node:internal/main:3:4)"];

/** The guard looks at its watch three times: when the event comes in, once it has decided, and when the handler has thrown. */
const FAILED = {
  level: "ERROR",
  message: "Handler failed",
  service: "sallyport",
  code: "internal_error",
  issuer: "test",
  durationMs: 2.5,
} as const;

describe.each(Object.entries(DOORS))("the %s", (_name, door) => {
  it("says where a handler threw, and nothing of the message", async () => {
    const makeError = () => new TypeError("secret\n    at secret-token (file:///secret.mjs:1:2)\nsecret");
    const line = await lineOf(makeError(), door);
    expect(line).toMatchObject({ message: "Handler failed", error: "TypeError" });
    expect((line["stack"] as string[])[0]).toMatch(/^(file:\/)?\/.*failure\.test\.ts:\d+:\d+$/);
    expect(JSON.stringify(line)).not.toContain("secret");
  });

  it.each([
    ["text", "secret"],
    ["undefined", undefined],
    ["an object that looks like an error", { name: "secret", message: "", stack: `secret\n${FRAMES.join("\n")}` }],
    ["an object whose kind cannot be found out", new Proxy({}, { getPrototypeOf: () => expect.unreachable() })],
    ["an error whose name is no text", Object.assign(new Error("secret"), { name: ["secret"] })],
  ])("calls %s unknown", async (_, thrown) => {
    const line = await lineOf(thrown, door);
    expect(line).toMatchObject({ message: "Handler failed", error: "unknown" });
    expect(line).not.toHaveProperty("stack");
    expect(JSON.stringify(line)).not.toContain("secret");
  });
});

describe("the frames of a failed handler", () => {
  it("are places alone, at most ten, and end with the first line that is none", async () => {
    const [first = "", second = ""] = FRAMES;
    const many = Array.from({ length: 11 }, () => first);
    const places = many.slice(1).map(() => "file:///var/task/index.mjs:1:2");
    expect((await lineOf(withStack("m", `Error: m\n${many.join("\n")}`)))["stack"]).toEqual(places);
    const ended = await lineOf(withStack("m", `Error: m\n${second}\n  code: "secret"\n${first}`));
    expect(ended["stack"]).toEqual(["node:internal/main:3:4"]);
  });

  it.each([
    ["of a name given later", "AppError: m", "m"],
    ["of Node's own errors, which say their code", "TypeError [ERR_X]: m", "m"],
    ["without a message", "Error", ""],
  ])("are there %s", async (_, head, message) => {
    expect((await lineOf(withStack(message, `${head}\n${FRAMES.join("\n")}`)))["stack"]).toHaveLength(2);
  });

  it("are there where a message that is no text stands nowhere in the stack", async () => {
    const thrown = Object.assign(withStack("", `Error\n${FRAMES.join("\n")}`), { message: { secret: 1 } });
    expect((await lineOf(thrown))["stack"]).toHaveLength(2);
  });

  it.each([
    ["at file:///var/task/index.mjs:10:20", "file:///var/task/index.mjs:10:20"],
    ["at new Store (/var/task/index.mjs:10:20)", "/var/task/index.mjs:10:20"],
    ["at Orders.secret [as get] (/var/task/index.mjs:10:20)", "/var/task/index.mjs:10:20"],
  ])("of %j are %s", async (frame, place) => {
    expect((await lineOf(withStack("m", `Error: m\n    ${frame}`)))["stack"]).toEqual([place]);
  });

  it.each(["at JSON.parse (<anonymous>)", "at async Promise.all (index 12)", "at Array.map (native)"])(
    "are passed over where they have no place: %s",
    async (frame) => {
      const line = await lineOf(withStack("m", `Error: m\n    ${frame}\n${FRAMES[1]}`));
      expect(line["stack"]).toEqual(["node:internal/main:3:4"]);
    },
  );

  it("are those of an error that an await brought", async () => {
    const thrown: unknown = await readFile("/there/is/no/secret").catch((error: unknown) => error);
    const line = await lineOf(thrown);
    expect(line["stack"]).not.toHaveLength(0);
    expect(JSON.stringify(line)).not.toContain("secret");
  });
});

it.each<[string, () => unknown]>([
  ["whose message was changed since", () => changed("secret\n    at secret (file:///a.mjs:1:2)", "other")],
  ["whose message was changed to one as long", () => changed("secret\n    at secret (file:///a.mjs:1:2)", "others")],
  ["whose message was taken away", () => changed("secret\n    at secret (file:///a.mjs:1:2)", "")],
  ["whose message was cut to a part of a line", () => changed("secret: x\n    at secret (/a.mjs:1:2)", "secret")],
  ["whose message took up the head", () => changed("x\n    at secret (/a.mjs:1:2)", "Error: x")],
  ["whose message is no text", () => changed("secret", { secret: 1 })],
  ["whose stack is no text", () => withStack("secret", ["secret"])],
  ["whose stack is missing", () => withStack("secret", undefined)],
  ["whose stack is the message alone", () => withStack("secret", "Error: secret")],
  ["whose frames are lines of other words", () => withStack("m", "Error: m\n    at secret-token\n    the secret (a:1:2)")],
  ["whose first line only ends as a frame does", () => withStack("m", "Error: m\n    secret at one (/a.mjs:1:2)")],
  ["whose first line only begins as a frame does", () => withStack("m", "Error: m\n    at one (/a.mjs:1:2) secret")],
  ["whose message was cut at the end of a line", () => changed("upstream\n    at Bearer secret (x:1:1)\n    at secret:7", "upstream")],
  ["whose first frame has no end", () => withStack("m", `Error: m\n    at ${"secret".repeat(100)} (/a.mjs:1:2)`)],
  [
    "whose stack throws when it is looked at",
    () => Object.defineProperty(new Error("secret"), "stack", { get: () => expect.unreachable("secret") }),
  ],
])("an error %s is named, without frames", async (_, make) => {
  const line = await lineOf(make());
  expect(line).toEqual({ ...FAILED, route: "GET /me", error: "Error" });
});

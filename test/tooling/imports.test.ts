import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { checkImports, importsOf, readSources } from "../../scripts/imports.ts";

const check = (files: Record<string, string>) => checkImports(new Map(Object.entries(files)));

describe("import direction", () => {
  it("holds for the project as it is", () => {
    const sources = readSources(fileURLToPath(new URL("../..", import.meta.url)));
    expect([...sources.keys()]).toContain("src/errors.ts");
    expect(checkImports(sources)).toEqual([]);
  });

  it.each([
    ["a function that imports the token parser", { "functions/me.ts": `import { decode } from "../src/token/decode.ts";` }],
    ["a function that imports jose", { "functions/me.ts": `import * as jose from "jose";` }],
    ["a function that imports jose when called", { "functions/me.ts": `const jose = await import("jose");` }],
    ["a function that re-exports a provider", { "functions/me.ts": `export * from "../src/providers/okta.ts";` }],
    ["a function that names a type of the key cache", { "functions/me.ts": `import type { KeyFinder } from "../src/keys/keys.ts";` }],
    ["a function that imports the whole configuration", { "functions/me.ts": `import gateway from "../gateway.config.ts";` }],
    [
      "a function that reaches the keys through another file",
      { "functions/me.ts": `import "../src/observe/log.ts";`, "src/observe/log.ts": `import { f } from "../keys/find.ts";` },
    ],
    ["the route table importing a provider", { "gateway.routes.ts": `import { okta } from "./src/providers/okta.ts";` }],
    ["the library importing the local twin", { "src/index.ts": `import { personas } from "../local/personas.ts";` }],
    ["the library importing the command line", { "src/keys/keys.ts": `import type { A } from "../../cli/main.ts";` }],
    ["the library importing the project's configuration", { "src/index.ts": `import gateway from "../gateway.config.ts";` }],
    ["a library file that imports the AWS SDK", { "src/keys/store.ts": `const sdk = await import("@aws-sdk/lib-dynamodb");` }],
    ["a business function that is handed the caller's token", { "functions/me.ts": `import "../src/guard/session-guard.ts";` }],
    ["a sign-out function that verifies tokens", { "functions/sessions/sign-out.ts": `import "../../src/token/decode.ts";` }],
    ["the table of revocations knowing the configuration", { "gateway.sessions.ts": `import "./gateway.config.ts";` }],
    ["a rule that knows the keys", { "src/rules/evaluate.ts": `import { find } from "../keys/find.ts";` }],
    ["a policy that knows the request", { "src/gateway/policy/reach.ts": `import type { Outcome } from "../authorizer.ts";` }],
    ["a policy that knows the principal", { "src/gateway/policy/policy.ts": `import { seal } from "../../principal/principal.ts";` }],
    [
      "an authorizer that reaches the local twin",
      { "authorizers/http.ts": `import "../gateway.config.ts";`, "gateway.config.ts": `import "./local/environment.ts";` },
    ],
    ["a library file that reads the environment", { "src/keys/keys.ts": "const id = process.env.POOL_ID;" }],
    ["a cycle", { "src/a.ts": `import { b } from "./b.ts";`, "src/b.ts": `import { a } from "./a.ts";` }],
  ])("finds %s", (_, files: Record<string, string>) => {
    expect(check(files)).toHaveLength(1);
  });

  it.each([
    [
      "a type that only passes through",
      { "functions/me.ts": `import "../src/guard/index.ts";`, "src/guard/index.ts": `import type { J } from "../json.ts";` },
    ],
    ["the configuration reading the environment", { "src/config/env.ts": "export const read = (name: string) => process.env[name];" }],
    ["an import that is only written about", { "functions/me.ts": `/** Not \`import { x } from "jose"\`. */\n// import "jose";` }],
    ["a cycle of types", { "src/a.ts": `import type { B } from "./b.ts";`, "src/b.ts": `import { type A } from "./a.ts";` }],
    ["a sign-out function that is handed the token", { "functions/sessions/sign-out.ts": `import "../../src/guard/session-guard.ts";` }],
    ["the logout function verifying a logout token", { "functions/sessions/backchannel-logout.ts": `import "../../src/token/decode.ts";` }],
    [
      "a policy made of rules and an address",
      { "src/gateway/policy/policy.ts": `import "../arn.ts";\nimport "../../rules/route-key.ts";` },
    ],
    ["a business function that reads revocations", { "functions/me.ts": `import "../src/sessions/revocation-table.ts";` }],
    ["an authorizer that imports the library", { "authorizers/http.ts": `import { httpAuthorizer } from "../src/index.ts";` }],
  ])("allows %s", (_, files: Record<string, string>) => {
    expect(check(files)).toEqual([]);
  });

  it("says how a function got there, and why it may not", () => {
    const files = { "functions/me.ts": `import "../src/guard/index.ts";`, "src/guard/index.ts": `import "../token/decode.ts";` };
    expect(check({ ...files, "src/token/decode.ts": "" }).join()).toMatch(
      /^functions\/me\.ts -> src\/guard\/index\.ts -> src\/token\/decode\.ts: ./,
    );
  });

  it("reads imports of every form", () => {
    const source = [
      `import a from "./a.ts";`,
      `import {\n  b,\n  type B,\n} from "./b.ts";`,
      `import "./c.ts";`,
      `export { d } from "./d.ts";`,
      `export type { E } from "./e.ts";`,
      `const f = () => import("./f.ts");`,
      `import { type G, type H } from "../g.ts";`,
    ].join("\n");
    expect(importsOf("src/x/y.ts", source)).toEqual([
      { to: "src/x/a.ts", typeOnly: false },
      { to: "src/x/b.ts", typeOnly: false },
      { to: "src/x/c.ts", typeOnly: false },
      { to: "src/x/d.ts", typeOnly: false },
      { to: "src/x/e.ts", typeOnly: true },
      { to: "src/x/f.ts", typeOnly: false },
      { to: "src/g.ts", typeOnly: true },
    ]);
  });
});

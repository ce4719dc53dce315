import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { snippetsOf } from "../../scripts/snippets.ts";
import { EXAMPLE_ENVIRONMENT } from "../../local/environment.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const snippets = snippetsOf("README.md", readFileSync(join(root, "README.md"), "utf8")).map(({ code }) => code);

/** The one snippet with this text. */
function snippetWith(text: string): string {
  const found = snippets.filter((code) => code.includes(text));
  expect(found).toHaveLength(1);
  return found[0] ?? "";
}

/** The library as it is here, under the names that a user imports it by. */
const ofThisProject = (code: string) =>
  code.replaceAll(/from "sallyport(\/\w+)?"/g, (_, part: string = "") => `from "${root}src${part}/index.ts"`);

let folder = "";
beforeAll(() => {
  mkdirSync(join(root, ".build"), { recursive: true });
  folder = mkdtempSync(join(root, ".build", "readme-"));
  const files = { "gateway.routes.ts": "defineRoutes({", "gateway.config.ts": "defineGateway({" };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), ofThisProject(snippetWith(text)));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("a reader's own test can sign a token and verify it, word for word as the README does, against the README's configuration", () => {
  const report = "console.log(JSON.stringify({ principal, buyer }));";
  writeFileSync(join(folder, "own-test.ts"), `${ofThisProject(snippetWith("createTestTokens"))}\n${report}\n`);
  const env = { ...process.env, ...EXAMPLE_ENVIRONMENT };
  const output = execFileSync(process.execPath, [join(folder, "own-test.ts")], { env, encoding: "utf8" });
  expect(JSON.parse(output)).toMatchObject({
    principal: { id: "shops|auth0|1", clientId: "web-shop", token: "access" },
    buyer: { scopes: ["orders:write"], groups: ["buyers"] },
  });
});

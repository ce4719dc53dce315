import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../cli/run-cli.ts";
import { makeKey } from "../keys/kit.ts";
import { serveKeys } from "../keys/pin-kit.ts";

const LIBRARY = new URL("../../src/index.ts", import.meta.url).href;
const example = (name: string) => fileURLToPath(new URL(`examples/${name}`, import.meta.url));

let folder: string;
let issuer: Awaited<ReturnType<typeof serveKeys>>;

const configure = (name: string, audience: string, at = folder) =>
  writeFile(
    join(at, name),
    `import { defineGateway, group, oidc, scope } from "${LIBRARY}";
export default defineGateway({
  issuers: { shop: oidc({ issuer: "https://shop.example", audience: "${audience}", algorithms: ["ES256"], jwksUri: "${issuer.url}" }) },
  routes: { "GET /health": "public", "GET /orders": scope("orders:read"), "POST /orders": group("buyers") },
});\n`,
  );

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sallyport-doctor-"));
  issuer = await serveKeys(makeKey("shop-1"));
  await configure("gateway.mjs", "shop");
  await configure("broken.mjs", "");
});
afterAll(async () => {
  issuer.close();
  await rm(folder, { recursive: true });
});

const doctor = (...args: readonly string[]) =>
  runCli(["doctor", ...(args.includes("--config") ? [] : ["--config", "gateway.mjs"]), ...args], { cwd: folder });

describe("sallyport doctor", () => {
  it("asks the issuers and reads the templates it is given, and answers 0 where nothing is an error", async () => {
    const { code, stdout, stderr } = await doctor(
      "--template",
      example("healthy-http.json"),
      `--template=${example("healthy-sam-rest.yaml")}`,
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/shop {2}http:\S+: 1 of 1 keys usable, \d+ ms/);
    expect(stdout).toContain("HttpApi (http), 3 routes, 1 authorizer");
    expect(stdout).toContain("Api (rest), 5 routes, 1 authorizer");
    expect(stdout.trimEnd()).toMatch(/Nothing found\.$/);
  });

  it("answers 1 to an error, and prints JSON when asked to", async () => {
    const { code, stdout } = await doctor("--offline", "--json", "--template", example("cache-shared-by-routes.yaml"));
    expect(code).toBe(1);
    const { findings, probes, apis } = JSON.parse(stdout) as Record<string, readonly { check?: string; severity?: string }[]>;
    expect(findings).toMatchObject([{ check: "cache-shared-by-routes", severity: "error" }]);
    expect([probes, apis?.length]).toEqual([[], 1]);
  });

  it("answers 0 to a warning", async () => {
    const { code, stdout } = await doctor("--offline", "--template", example("public-behind-authorizer.yaml"));
    expect(code).toBe(0);
    expect(stdout).toContain("WARN   public-behind-authorizer");
  });

  it("says that there was no template to read, and where it looked", async () => {
    const { code, stdout } = await doctor("--offline");
    expect(code).toBe(0);
    expect(stdout).toContain("WARN   no-api-read\n  where  templates\n  why    No template was read");
    expect(stdout).toContain("template.yaml, template.yml, cdk.out/*.template.json");
    expect(stdout.trimEnd()).toMatch(/0 errors, 1 warning/);
  });

  it("finds templates where tools leave them", async () => {
    const project = join(folder, "project");
    await mkdir(join(project, "cdk.out"), { recursive: true });
    await configure("gateway.mjs", "shop", project);
    await copyFile(example("healthy-http.json"), join(project, "cdk.out", "Orders.template.json"));
    await copyFile(example("healthy-sam-http.yaml"), join(project, "template.yaml"));
    const { stdout } = await runCli(["doctor", "--config", "gateway.mjs", "--offline"], { cwd: project });
    expect(stdout).toContain("cdk.out/Orders.template.json: HttpApi");
    expect(stdout).toContain("template.yaml: Api (http)");
  });

  it("takes a configuration that does not start for a finding", async () => {
    const { code, stdout } = await doctor("--config", "broken.mjs");
    expect(code).toBe(1);
    expect(stdout).toContain("ERROR  configuration-invalid\n  where  broken.mjs: issuers.shop.audience");
  });

  it("answers 1 where no issuer answers", async () => {
    const published = issuer.state.body;
    issuer.state.body = "<html>";
    const { code, stdout } = await doctor();
    issuer.state.body = published;
    expect(code).toBe(1);
    expect(stdout).toContain("ERROR  issuer-unreachable");
  });

  it.each([
    ["a template that is not there", ["--template", "none.json"], /there is no none.json/],
    ["a file that is no template", ["--template", "gateway.mjs"], /neither JSON nor YAML|no CloudFormation template/],
    ["a slip in an option", ["--ofline"], /no option --ofline/],
  ])("refuses %s", async (_what, args, message) => {
    const { code, stdout, stderr } = await doctor(...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(message);
  });
});

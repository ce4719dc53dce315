import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freePorts } from "../local/free-ports.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const COPIED = [
  "src",
  "cli",
  "local",
  "scripts",
  "functions",
  "gateway.config.ts",
  "gateway.routes.ts",
  "gateway.sessions.ts",
  "package.json",
];

let project = "";
beforeEach(() => {
  project = mkdtempSync(join(realpathSync(tmpdir()), "broken-"));
  for (const path of COPIED) cpSync(join(root, path), join(project, path), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(project, "node_modules"));
});
afterEach(() => rmSync(project, { recursive: true, force: true }));

/** Changes a file of the copy; the line that the new text is in. */
function change(file: string, from: string, to: string): number {
  const text = readFileSync(join(project, file), "utf8").replace(from, to);
  writeFileSync(join(project, file), text);
  expect(text).toContain(to);
  return text.slice(0, text.indexOf(to)).split("\n").length;
}

const PORTS = ["SALLYPORT_PORT", "SALLYPORT_IDP_PORT", "SALLYPORT_DB_PORT", "SALLYPORT_LAMBDA_PORT"];

async function run(script: string, ...args: string[]) {
  const ports = await freePorts(PORTS.length);
  const env = { ...process.env, ...Object.fromEntries(PORTS.map((name, index) => [name, String(ports[index])])) };
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { cwd: project, env, encoding: "utf8" });
  return { status, stdout, stderr };
}

describe("npm start", () => {
  it("says in which line a helper is used that nobody defined, and nothing more", async () => {
    const line = change("gateway.routes.ts", `group("buyers")`, `grp("buyers")`);
    const { status, stdout, stderr } = await run("local/start.ts");
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: "",
      stderr: `npm start: gateway.config.ts cannot be loaded: grp is not defined\n  at gateway.routes.ts:${line}\n`,
    });
  });

  it("says in which line a file cannot be parsed", async () => {
    const line = change("gateway.routes.ts", `$connect:`, `connect: = `);
    const { status, stderr } = await run("local/start.ts");
    expect(status).toBe(1);
    expect(stderr).toMatch(new RegExp(`^npm start: .* cannot be loaded: .*\\n  at gateway\\.routes\\.ts:${line}\\n$`));
  });

  it("says once that there is no configuration, and where it was looked for", async () => {
    rmSync(join(project, "gateway.config.ts"));
    const { status, stderr } = await run("local/start.ts");
    expect(status).toBe(1);
    expect(stderr).toBe(`npm start: there is no gateway.config.ts in ${project}. The local twin stands in for the issuers in it.\n`);
  });

  it("names every problem of a configuration, without a stack", async () => {
    change("gateway.routes.ts", `"authenticated"`, `"autenticated"`);
    const { status, stderr } = await run("local/start.ts");
    expect(status).toBe(1);
    expect(stderr).toMatch(/^npm start: The gateway configuration has 1 problem:\n {2}routes\["GET \/me"\]: .*\n$/);
  });

  it("refuses options, and says how ports are set", async () => {
    const { status, stderr } = await run("local/start.ts", "--port", "4");
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringMatching(/^npm start takes no arguments, and was given --port 4\..* SALLYPORT_PORT=3100 npm start .*\n$/),
    });
  });
});

describe("npm run build", () => {
  it("fails on a mistake in the route table, names the file and the fix, and writes no bundle", async () => {
    change("gateway.routes.ts", `"authenticated"`, `"autenticated"`);
    const { status, stderr } = await run("scripts/build.ts");
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^build: gateway\.routes\.ts: The gateway configuration has 1 problem:\n {2}routes\["GET \/me"\]: .*Write `"public"`/,
    );
    expect(existsSync(join(project, "dist"))).toBe(false);
  });

  it("says once that there is no configuration", async () => {
    rmSync(join(project, "gateway.config.ts"));
    const { status, stderr } = await run("scripts/build.ts");
    expect(status).toBe(1);
    expect(stderr).toBe(`build: there is no gateway.config.ts in ${project}. Functions are built from it.\n`);
  });
});

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

interface LockedPackage {
  readonly version: string;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
}

const ELSEWHERE = { os: ["plan9"], cpu: [process.arch] };
const HERE = { os: [process.platform], cpu: [process.arch] };

let project = "";
const at = (path: string) => join(project, path);

function write(path: string, text: string): void {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), text);
}

const lock = (packages: Record<string, LockedPackage>) => write("package-lock.json", JSON.stringify({ packages: { "": {}, ...packages } }));

/** Puts packages in place as npm would: their folders, and npm's own list of them. */
function installed(packages: Record<string, LockedPackage>): void {
  write("node_modules/.package-lock.json", JSON.stringify({ packages }));
  for (const path of Object.keys(packages)) write(`${path}/package.json`, "{}");
}

/** Starts `run.mjs check` with a stand-in for npm that notes how it was called. */
function start(...args: string[]): ChildProcess {
  const env = { ...process.env, npm_execpath: at("npm.mjs") };
  return spawn(process.execPath, [at("scripts/run.mjs"), "check", ...args], { env, stdio: ["ignore", "pipe", "inherit"] });
}

async function run(...args: string[]): Promise<{ code: number | null; output: string }> {
  const child = start(...args);
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const [code] = await once(child, "close");
  return { code, output };
}

const npmCalls = () => (existsSync(at("npm.log")) ? readFileSync(at("npm.log"), "utf8") : "");

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), "run-"));
  cpSync(new URL("../../scripts/run.mjs", import.meta.url), at("scripts/run.mjs"));
  write(
    "npm.mjs",
    `import { writeFileSync } from "node:fs"; writeFileSync(${JSON.stringify(at("npm.log"))}, process.argv[2]); process.exitCode = 0;`,
  );
  write("scripts/check.ts", `console.log("ran with", process.argv.slice(2).join(" ")); process.exitCode = 7;`);
  mkdirSync(at("node_modules/.bin"), { recursive: true });
  symlinkSync(process.execPath, at("node_modules/.bin/node"));
});
afterEach(() => rmSync(project, { recursive: true, force: true }));

describe("what is missing is installed first", () => {
  const a = { "node_modules/a": { version: "1.0.0" } };

  it.each([
    ["nothing is installed", a, null],
    ["a package is installed at another version", a, { "node_modules/a": { version: "1.0.1" } }],
    ["a package is not listed", { ...a, "node_modules/b": { version: "1.0.0" } }, a],
    ["a binary for this machine is not there", { "node_modules/b": { version: "1.0.0", optional: true, ...HERE } }, a],
  ])("%s", async (_, locked, present) => {
    lock(locked);
    if (present !== null) installed(present);
    const { output } = await run();
    expect(npmCalls()).toBe("ci");
    expect(output).toContain("npm ci");
  });

  it("a package was deleted by hand", async () => {
    lock(a);
    installed(a);
    rmSync(at("node_modules/a"), { recursive: true });
    await run();
    expect(npmCalls()).toBe("ci");
  });

  it("nothing is missing: npm is not called, and a binary for another machine is not missed", async () => {
    lock({ ...a, "node_modules/b": { version: "1.0.0", optional: true, ...ELSEWHERE } });
    installed(a);
    await run();
    expect(npmCalls()).toBe("");
  });

  it("an installation that fails ends the run with npm's code", async () => {
    lock(a);
    write("npm.mjs", "process.exitCode = 3;");
    const { code, output } = await run();
    expect(code).toBe(3);
    expect(output).not.toContain("ran with");
  });
});

describe("the target", () => {
  beforeEach(() => {
    lock({});
    installed({});
  });

  it("gets the arguments, and its exit code is passed on", async () => {
    expect(await run("one", "two")).toEqual({ code: 7, output: "ran with one two\n" });
  });

  it("is told to stop when the run is, and the run ends after it", async () => {
    write(
      "scripts/check.ts",
      `process.on("SIGTERM", () => { console.log("cleaned up"); process.exit(5); }); setInterval(() => {}, 1000); console.log("up");`,
    );
    const child = start();
    let output = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (chunk.toString().startsWith("up")) child.kill("SIGTERM");
    });
    const [code] = await once(child, "close");
    expect({ code, output }).toEqual({ code: 5, output: "up\ncleaned up\n" });
  });

  it("that dies of a signal gives the shell's code for it", async () => {
    write("scripts/check.ts", `process.kill(process.pid, "SIGKILL"); setInterval(() => {}, 1000);`);
    expect((await run()).code).toBe(137);
  });
});

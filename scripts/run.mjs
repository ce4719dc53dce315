// The one way in: `npm start`, `npm test` and the rest call this file with whatever Node npm itself runs on (20 or later).
// It installs what is missing, then hands over to the project's own Node 24.
import { existsSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const bin = join(root, "node_modules", ".bin");

/** What each target runs, one after the other; the command line's further arguments go to the last. */
const TARGETS = {
  start: [["local/start.ts"]],
  test: [["node_modules/vitest/vitest.mjs", "run", "--reporter=default", "--reporter=./scripts/skip-reporter.ts"]],
  check: [["scripts/check.ts"]],
  build: [["scripts/build.ts"]],
  package: [["scripts/package.ts"]],
  deploy: [
    // Fresh keys go into the bundles, so that a cold start verifies its first tokens without asking anybody.
    ["cli/main.ts", "keys", "pin", "--lenient"],
    ["scripts/build.ts"],
    ["node_modules/serverless/bin/serverless.js", "deploy"],
  ],
  reasons: [["scripts/reasons.ts"]],
  bench: [["bench/main.ts"]],
  fuzz: [["scripts/fuzz.ts"]],
  mutate: [["scripts/mutate.ts"]],
  soak: [["test/soak/main.ts"]],
  library: [["scripts/library.ts"]],
};

/** True where an optional package is one for this machine, so that it has to be there. */
function isForThisMachine({ os, cpu, libc }) {
  if (os === undefined || cpu === undefined) return false;
  const ours = process.report.getReport().header.glibcVersionRuntime === undefined ? "musl" : "glibc";
  return os.includes(process.platform) && cpu.includes(process.arch) && (libc === undefined || libc.includes(ours));
}

function packagesOf(lockfile) {
  return JSON.parse(readFileSync(join(root, lockfile), "utf8")).packages;
}

/** The first package that is locked and not installed at that version, or null. */
function firstMissing() {
  const installedList = join("node_modules", ".package-lock.json");
  if (!existsSync(join(root, installedList))) return "node_modules";
  const installed = packagesOf(installedList);
  for (const [path, locked] of Object.entries(packagesOf("package-lock.json"))) {
    if (path === "" || locked.link || (locked.optional && !isForThisMachine(locked))) continue;
    if (installed[path]?.version !== locked.version || !existsSync(join(root, path, "package.json"))) return path;
  }
  return null;
}

/** Runs one command to its end and answers its exit code; signals sent to this process alone reach the child too. */
function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: "inherit", ...options });
    const forward = (signal) => void child.kill(signal);
    // A terminal sends Ctrl-C to the whole group: the child has it already, and a second one would cut its clean-up short.
    const interrupt = process.stdin.isTTY ? () => {} : forward;
    const listeners = { SIGTERM: forward, SIGHUP: forward, SIGINT: interrupt };
    for (const [signal, listener] of Object.entries(listeners)) process.on(signal, listener);
    const done = (code) => {
      for (const [signal, listener] of Object.entries(listeners)) process.off(signal, listener);
      resolve(code);
    };
    child.on("error", (error) => {
      console.error(`${command}: ${error.message}`);
      done(127);
    });
    child.on("exit", (code, signal) => done(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}

async function install(missing) {
  console.log(`Installing what package-lock.json lists (${missing} is missing): npm ci`);
  const npm = process.env.npm_execpath;
  const quiet = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
  const stdio = ["inherit", 2, 2];
  return npm === undefined
    ? run("npm", quiet, { stdio, shell: process.platform === "win32" })
    : run(process.execPath, [npm, ...quiet], { stdio });
}

/** The project's Node 24 where npm offers one for this machine; elsewhere the machine's own, if it is new enough. */
function findNode() {
  const own = join(bin, "node");
  if (existsSync(own)) return own;
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath;
  console.error(
    `Node ${process.versions.node} is too old for this machine (${process.platform} ${process.arch}): install Node 22.18 or later.`,
  );
  return null;
}

async function main([target, ...args]) {
  const steps = Object.hasOwn(TARGETS, target ?? "") ? TARGETS[target] : undefined;
  if (steps === undefined) {
    console.error(`usage: node scripts/run.mjs <${Object.keys(TARGETS).join("|")}> [arguments]`);
    return 2;
  }
  const missing = firstMissing();
  if (missing !== null) {
    const code = await install(missing);
    if (code !== 0) return code;
  }
  const node = findNode();
  if (node === null) return 1;
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ""}` };
  for (const [index, [script, ...own]] of steps.entries()) {
    const code = await run(node, [script, ...own, ...(index === steps.length - 1 ? args : [])], { env });
    if (code !== 0) return code;
  }
  return 0;
}

process.exitCode = await main(process.argv.slice(2));

#!/usr/bin/env node
// npx runs this with the machine's own Node, which may be too old to load TypeScript: then the project's Node takes over.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const main = new URL("./main.ts", import.meta.url);
const own = fileURLToPath(new URL("../node_modules/.bin/node", import.meta.url));
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major > 22 || (major === 22 && minor >= 18)) {
  await import(main.href);
} else if (existsSync(own)) {
  const { status } = spawnSync(own, [fileURLToPath(main), ...process.argv.slice(2)], { stdio: "inherit" });
  process.exitCode = status ?? 1;
} else {
  console.error(`sallyport: Node ${process.versions.node} is too old; it needs 22.18 or later. Run npm install first.`);
  process.exitCode = 1;
}

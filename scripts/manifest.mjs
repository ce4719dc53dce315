// Before packing, package.json becomes what a consumer needs, and no more; afterwards the clone's own comes back.
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const manifest = fileURLToPath(new URL("../package.json", import.meta.url));
const backup = fileURLToPath(new URL("../.build/package.json", import.meta.url));

/** What only a clone needs: the Node binary, the tools, and the command line of the local twin, which is not published. */
const CLONE_ONLY = ["optionalDependencies", "devDependencies", "scripts", "bin", "overrides"];

function restore() {
  if (existsSync(backup)) renameSync(backup, manifest);
}

function publish() {
  // A backup still here means that an earlier packing was cut short: the manifest in place is the reduced one.
  restore();
  mkdirSync(dirname(backup), { recursive: true });
  copyFileSync(manifest, backup);
  const published = JSON.parse(readFileSync(manifest, "utf8"));
  for (const member of CLONE_ONLY) delete published[member];
  writeFileSync(manifest, `${JSON.stringify(published, null, 2)}\n`);
}

const action = { publish, restore }[process.argv[2] ?? ""];
if (action === undefined) {
  console.error("usage: node scripts/manifest.mjs <publish|restore>");
  process.exitCode = 2;
} else {
  action();
}

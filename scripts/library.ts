/** Compiles `src/` to `lib/`, what the published package holds: ES modules and their types, without maps. */
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
rmSync(`${root}lib`, { recursive: true, force: true });
// npm may be asked to print JSON on stdout while it packs, so nothing else may be printed there.
const { status } = spawnSync("tsc", ["-p", "tsconfig.build.json"], { cwd: root, stdio: ["ignore", 2, 2] });
process.exitCode = status ?? 1;

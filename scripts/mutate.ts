/** `npm run mutate [-- <part>...]`: changes the code in small ways, one at a time, and reports every change that no test notices. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { PARTS } from "../test/mutation/parts.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const named = process.argv.slice(2);
const unknown = named.filter((name) => !Object.hasOwn(PARTS, name));

async function mutate(name: string): Promise<boolean> {
  console.log(`== ${name}`);
  const env = { ...process.env, SALLYPORT_MUTATE: name };
  const child = spawn(process.execPath, ["node_modules/@stryker-mutator/core/bin/stryker.js", "run", "test/mutation/stryker.mjs"], {
    cwd: root,
    env,
    stdio: "inherit",
  });
  const [code] = (await once(child, "exit")) as [number | null];
  return code === 0;
}

if (unknown.length > 0) {
  console.error(`No such part: ${unknown.join(", ")}. There are ${Object.keys(PARTS).join(", ")}.`);
  process.exitCode = 2;
} else {
  const failed: string[] = [];
  for (const name of named.length > 0 ? named : Object.keys(PARTS)) if (!(await mutate(name))) failed.push(name);
  console.log(failed.length === 0 ? "Every part reaches its score." : `Below its score, or not finished: ${failed.join(", ")}.`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}

import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { EXAMPLE_ENVIRONMENT, withExampleEnvironment } from "../local/environment.ts";
import { build } from "./build.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const serverless = join(root, "node_modules", "serverless", "bin", "serverless.js");

/** Every deployable service by the name it is packaged under, and its folder in the project. */
const SERVICES: Readonly<Record<string, string>> = { http: ".", rest: "examples/rest", websocket: "examples/websocket" };

/** Where a package is made. */
interface PackageSettings {
  /** Where the bundles go, relative to the project; default `dist`. */
  readonly bundles?: string;
  /** Absolute folder that gets one folder a service; default: `.serverless` beside each `serverless.yml`. */
  readonly out?: string;
}

/**
 * Builds, then packages all services as they would be deployed: templates and zips, nothing leaves this machine and no AWS
 * credentials are needed. Unset variables of the configuration get example values, since the result is for inspection.
 * @throws Error naming the service that could not be packaged, with what the framework said
 */
export async function packageServices({ bundles = "dist", out }: PackageSettings = {}): Promise<void> {
  await build({ outdir: bundles });
  await Promise.all(
    Object.entries(SERVICES).map(([name, folder]) => {
      const target = out === undefined ? [] : ["--package", join(out, name)];
      return run(name, join(root, folder), ["package", "--param", `bundles=${bundles}`, ...target]);
    }),
  );
}

function run(service: string, cwd: string, args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [serverless, ...args], { cwd, env: withExampleEnvironment(process.env) });
  const output: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => output.push(chunk));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`The service ${service} could not be packaged:\n${Buffer.concat(output).toString()}`));
    });
  });
}

async function main(): Promise<void> {
  const unset = Object.keys(EXAMPLE_ENVIRONMENT).filter((name) => (process.env[name] ?? "") === "");
  await packageServices();
  for (const [name, folder] of Object.entries(SERVICES)) console.log(`Packaged ${name}: ${join(folder, ".serverless")}`);
  if (unset.length > 0)
    console.log(`For inspection only: example values stand in for ${unset.join(", ")}. \`npm run deploy\` needs them set.`);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}

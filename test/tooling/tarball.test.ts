import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "tarball-"));
const clone = join(scratch, "clone");
const consumer = join(scratch, "consumer");
const installed = join(consumer, "node_modules", "sallyport");

/** Without what the npm that runs these tests tells its children, an npm started here behaves as one started by hand. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith("npm_")));

const run = (cwd: string, command: string, ...args: string[]) => {
  try {
    return execFileSync(command, args, { cwd, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(" ")}\n${stdout}${stderr}`, { cause: error });
  }
};

/** Packs a copy, so that the working copy's package.json stays as it is whatever happens. */
function pack(): string {
  for (const path of [
    "src",
    "scripts",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "tsconfig.build.json",
    "README.md",
    "LICENSE",
  ])
    cpSync(join(root, path), join(clone, path), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(clone, "node_modules"));
  run(clone, "npm", "pack", "--pack-destination", scratch);
  return join(scratch, readdirSync(scratch).find((name) => name.endsWith(".tgz")) ?? "");
}

/** Installs the tarball beside packed copies of what it and its types need, so that no registry is asked for anything. */
function install(tarball: string): void {
  mkdirSync(consumer);
  writeFileSync(join(consumer, "package.json"), `{ "private": true, "type": "module" }`);
  const others = ["jose", "@types/node", "undici-types"].map((name) => join(root, "node_modules", name));
  for (const folder of others) run(consumer, "npm", "pack", "--ignore-scripts", folder);
  const packed = readdirSync(consumer).filter((name) => name.endsWith(".tgz"));
  run(consumer, "npm", "install", "--offline", "--no-audit", "--no-fund", tarball, ...packed.map((name) => `./${name}`));
}

const filesOf = (folder: string) => readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => /\.\w+$/.test(name));

let tarball: string;
beforeAll(() => {
  tarball = pack();
  install(tarball);
}, 120_000);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe("the packed package", () => {
  it("holds the compiled library and nothing else", () => {
    const others = filesOf(installed).filter((name) => !name.startsWith("lib/"));
    expect(others.toSorted()).toEqual(["README.md", "package.json"]);
    expect(existsSync(join(installed, "LICENSE"))).toBe(true);
    for (const name of filesOf(join(installed, "lib"))) expect(name).toMatch(/\.(js|d\.ts)$/);
  });

  it("points at no map and no source that is not in it", () => {
    const texts = filesOf(join(installed, "lib")).map((name) => readFileSync(join(installed, "lib", name), "utf8"));
    expect(texts.length).toBeGreaterThan(0);
    for (const text of texts) expect(text).not.toMatch(/sourceMappingURL|from "\.[^"]*\/(?:local|cli|test|scripts)\//);
  });

  it("asks its users for jose only", () => {
    const manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as Record<string, unknown>;
    expect(manifest["dependencies"]).toEqual({ jose: expect.any(String) });
    for (const member of ["optionalDependencies", "devDependencies", "scripts", "bin", "overrides"])
      expect(manifest).not.toHaveProperty(member);
    expect(readdirSync(join(consumer, "node_modules")).filter((name) => !name.startsWith("."))).toEqual([
      "@types",
      "jose",
      "sallyport",
      "undici-types",
    ]);
  });

  it("has a manifest that Node and bundlers read without a warning", () => {
    expect(run(consumer, join(root, "node_modules/.bin/publint"), "run", tarball, "--strict")).toContain("All good!");
  });

  it("has types that resolve to what is really imported, for every way of importing an ES module", () => {
    const resolutions = run(
      consumer,
      join(root, "node_modules/.bin/attw"),
      tarball,
      "--profile",
      "esm-only",
      "--no-emoji",
      "--format",
      "json",
    );
    const { analysis } = JSON.parse(resolutions) as { analysis: { entrypoints: object } };
    expect(Object.keys(analysis.entrypoints)).toEqual(expect.arrayContaining([".", "./guard", "./testing"]));
  });

  it("leaves the clone's own package.json as it was", () => {
    expect(readFileSync(join(clone, "package.json"), "utf8")).toBe(readFileSync(join(root, "package.json"), "utf8"));
    expect(existsSync(join(clone, ".build", "package.json"))).toBe(false);
  });

  it("restores package.json first when an earlier packing was cut short", () => {
    run(clone, process.execPath, "scripts/manifest.mjs", "publish");
    run(clone, process.execPath, "scripts/manifest.mjs", "publish");
    run(clone, process.execPath, "scripts/manifest.mjs", "restore");
    expect(readFileSync(join(clone, "package.json"), "utf8")).toBe(readFileSync(join(root, "package.json"), "utf8"));
  });

  it("bundles into an authorizer with the options of the README, without an AWS SDK, and starts", () => {
    writeFileSync(
      join(consumer, "authorizer.ts"),
      `import { defineGateway, httpAuthorizer, oidc } from "sallyport";
const issuers = { shop: oidc({ issuer: "https://shop.example", audience: "api", jwksUri: "https://shop.example/keys" }) };
export const handler = httpAuthorizer(defineGateway({ issuers, routes: { "GET /orders": "authenticated" } }));\n`,
    );
    const [, options = ""] = /^npx esbuild (authorizer\.ts .*?)(?: #.*)?$/m.exec(readFileSync(join(root, "README.md"), "utf8")) ?? [];
    run(consumer, join(root, "node_modules/.bin/esbuild"), ...options.replaceAll('"', "").split(" "));
    const use = `import { handler } from "./index.mjs"; console.log(typeof handler);`;
    expect(run(consumer, process.execPath, "--input-type=module", "--eval", use)).toBe("function\n");
  });

  it("compiles into a TypeScript program, its own types checked too, and runs", () => {
    cpSync(new URL("./consumer/use.ts", import.meta.url), join(consumer, "use.ts"));
    const compilerOptions = { module: "nodenext", target: "es2024", strict: true, skipLibCheck: false, noEmit: true, types: ["node"] };
    writeFileSync(join(consumer, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["use.ts"] }));
    run(consumer, join(root, "node_modules/.bin/tsc"), "-p", ".");
    expect(run(consumer, process.execPath, "use.ts")).toBe("used\n");
  });
});

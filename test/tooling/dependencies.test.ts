import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
type Versions = Readonly<Record<string, string>>;

const manifest = JSON.parse(read("package.json")) as {
  readonly dependencies: Versions;
  readonly peerDependencies: Versions;
  readonly devDependencies: Versions;
  readonly optionalDependencies: Versions;
  readonly overrides: Versions;
};
const page = read("docs/dependencies.md");

describe("dependencies", () => {
  it("of the library are on the page, each with its kind, and nothing else is", () => {
    const listed = [...page.matchAll(/^\| `([^`]+)` \| ([a-z ]+) \|/gm)].map(([, name, kind]) => [name, kind]);
    const expected = [
      ...Object.keys(manifest.dependencies).map((name) => [name, "dependency"]),
      ...Object.keys(manifest.peerDependencies).map((name) => [name, "optional peer"]),
    ];
    expect(listed.toSorted()).toEqual(expected.toSorted());
  });

  it("are pinned to one version each", () => {
    const { dependencies, devDependencies, optionalDependencies, overrides } = manifest;
    for (const versions of [dependencies, devDependencies, optionalDependencies, overrides])
      for (const [name, version] of Object.entries(versions)) expect(version, name).toMatch(/^(npm:[a-z-]+@)?\d+\.\d+\.\d+$/);
  });

  it("are locked with their integrity, wherever the lockfile says that they come from", () => {
    const { packages } = JSON.parse(read("package-lock.json")) as { packages: Record<string, { integrity?: string; link?: boolean }> };
    const loose = Object.entries(packages).filter(([path, { integrity }]) => path !== "" && !integrity?.startsWith("sha512-"));
    expect(loose.map(([path]) => path)).toEqual([]);
  });
});

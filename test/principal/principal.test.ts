import { expect, it } from "vitest";
import { sealPrincipal } from "../../src/principal/principal.ts";
import { testPrincipal } from "../../src/testing/index.ts";

/** The paths of everything in a value that could still be changed. */
function open(value: unknown, path = "principal"): string[] {
  if (typeof value !== "object" || value === null) return [];
  const below = Object.entries(value).flatMap(([name, part]) => open(part, `${path}.${name}`));
  return Object.isFrozen(value) ? below : [path, ...below];
}

it("leaves nothing in a principal that can be changed", () => {
  const principal = structuredClone(testPrincipal({ scopes: ["a"], claims: { org: { units: [{ name: "north" }] } } }));
  expect(open(principal)).toContain("principal.claims.org.units.0");
  expect(sealPrincipal(principal)).toBe(principal);
  expect(open(principal)).toEqual([]);
});

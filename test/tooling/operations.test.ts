import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { REASONS } from "../../src/index.ts";

const page = readFileSync(new URL("../../docs/operations.md", import.meta.url), "utf8");
const night = page.slice(page.indexOf("## At 3 a.m."), page.indexOf("## The provider is down"));

/** What stands first in a row, or in the list of what needs nobody. */
const placed = [...night.matchAll(/^\| (`[^|]*) \|/gm), ...night.matchAll(/\*\*Sleep on\.\*\*([^]*)/g)].flatMap(([, cell = ""]) =>
  [...cell.matchAll(/`([a-z_]+)`/g)].map(([, code]) => code),
);

it("says of every reason code, once, what it means at night", () => {
  expect(placed.toSorted()).toEqual(Object.keys(REASONS).toSorted());
});

import fc from "fast-check";

const STRANGE = [
  "",
  " ",
  "*",
  "none",
  "null",
  "undefined",
  "__proto__",
  "toString",
  0,
  -1,
  1.5,
  1e300,
  true,
  false,
  null,
  [],
  {},
  [null],
  [[]],
  undefined,
];
/** A value that hardly any member may have. */
export const strange = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...STRANGE) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 1 }) },
);
/** One of these, or a strange one. */
export const oneOf = (...values: readonly unknown[]) => fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...values) }, strange);
/** One or two members, each with a value that means something to somebody. */
export const members = (table: Readonly<Record<string, fc.Arbitrary<unknown>>>) => {
  const names = Object.keys(table);
  const member = fc.constantFrom(...names).chain((name) => (table[name] ?? strange).map((value) => [name, value] as const));
  return fc.array(member, { minLength: 1, maxLength: 2 }).map((pairs) => Object.fromEntries(pairs));
};

import { expect, it } from "vitest";
import { subjectClaim } from "../../src/providers/claims.ts";

const isTaken = (sub: string) => {
  try {
    return subjectClaim({ sub }) === sub;
  } catch {
    return false;
  }
};

it("a subject may hold any character but those that Unicode calls control characters", () => {
  const all = Array.from({ length: 0x11_0000 }, (_, point) => point);
  const refused = all.map((point) => String.fromCodePoint(point)).filter((character) => !isTaken(`user${character}1`));
  expect(refused).toHaveLength(65);
  expect(refused.every((character) => /^\p{Cc}$/u.test(character))).toBe(true);
});

import { describe, expect, it } from "vitest";
import { provesSecondFactor } from "../../src/rules/factors.ts";

/** What a person has to know, have or be for each method (RFC 8176 section 2). */
const KINDS = {
  know: ["kba", "pin", "pwd"],
  have: ["email_otp", "hwk", "otp", "pop", "sc", "sms", "swk", "tel"],
  are: ["face", "fpt", "iris", "retina", "vbm"],
} as const;
/** Methods of RFC 8176 that are no factor of the person's own: a place, a risk, a presence, a channel, an operating system's word. */
const NO_FACTOR = ["geo", "mca", "rba", "user", "wia"];

const all = Object.entries(KINDS).flatMap(([kind, methods]) => methods.map((method) => ({ kind, method })));

describe.each(all)("$method, which shows something that users $kind", ({ kind, method }) => {
  it("is a second factor beside every method of another kind, and beside no other", () => {
    const beside = all.filter((other) => provesSecondFactor([method, other.method]));
    expect(beside).toEqual(all.filter((other) => other.kind !== kind));
  });

  it("is none beside what is no factor", () => {
    for (const other of NO_FACTOR) expect(provesSecondFactor([other, method])).toBe(false);
  });
});

import { describe, expect, it } from "vitest";
import { SallyportError } from "../../src/index.ts";
import { CONTEXT_BUDGET, encodeNative, encodeText } from "../../src/principal/codec.ts";
import type { Principal } from "../../src/principal/principal.ts";
import { testPrincipal } from "../../src/testing/index.ts";

const sizeOf = (context: object) => Buffer.byteLength(JSON.stringify(context));

/** The size of the textual context; null where it is refused for being too large. */
function tryText(principal: Principal): number | null {
  try {
    return sizeOf(encodeText(principal));
  } catch (error) {
    expect((error as SallyportError).code).toBe("principal_too_large");
    return null;
  }
}

/** Characters that take more room in JSON, in UTF-8, or when JSON is written into JSON once more. */
const CHARACTERS = ["a", '"', "\\", "é", "€", "😀", "\n", "\u0001", "\ud800"];

/** Where a long text can stand; the flat keys repeat a subject. */
const PLACES: Readonly<Record<string, (text: string) => Partial<Principal>>> = {
  subject: (text) => ({ subject: text, id: `shop|${text}` }),
  group: (text) => ({ groups: [text] }),
  claim: (text) => ({ claims: { [text]: text } }),
};

describe.each(Object.keys(PLACES))("a principal with a long %s", (place) => {
  it.each(CHARACTERS)("of %j fits up to the last byte of the budget, and no further", (character) => {
    const make = (length: number) => testPrincipal(PLACES[place]?.(character.repeat(length)) ?? {});
    const growth = (tryText(make(101)) ?? 0) - (tryText(make(100)) ?? 0);
    const length = 100 + Math.floor((CONTEXT_BUDGET - (tryText(make(100)) ?? 0)) / growth);
    const largest = tryText(make(length)) ?? Number.POSITIVE_INFINITY;
    expect(largest).toBeLessThanOrEqual(CONTEXT_BUDGET);
    expect(largest).toBeGreaterThan(CONTEXT_BUDGET - growth);
    expect(tryText(make(length + 1))).toBeNull();
  });
});

it("the native form has the same budget: what fits in one fits in both", () => {
  const large = testPrincipal({ groups: Array.from({ length: 2_000 }, (_, index) => `group-${index}`) });
  const small = testPrincipal({ groups: ["a"] });
  expect(() => encodeNative(large)).toThrow(SallyportError);
  expect(() => encodeText(large)).toThrow(SallyportError);
  expect(encodeNative(small)).toBeDefined();
});

it.each([encodeNative, encodeText])("many short texts have the budget of one long one (%#)", (encode) => {
  expect(() => encode(testPrincipal({ groups: Array.from({ length: 2_000 }, () => "a") }))).toThrow(SallyportError);
});

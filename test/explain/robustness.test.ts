import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { allOf, createKit, encode, gateway, type Kit } from "./kit.ts";

let kit: Kit;
let good: string;
beforeAll(async () => {
  kit = await createKit();
  good = await kit.good("pool");
});

const issuers = gateway.issuers.flatMap((issuer) => issuer.issuers);
const part = fc.oneof(
  fc.string(),
  fc.dictionary(fc.string(), fc.jsonValue()).map(encode),
  fc.record({ alg: fc.constantFrom("RS256", "ES256", "none", 1), kid: fc.string(), typ: fc.string() }).map(encode),
  fc.record({ iss: fc.constantFrom(...issuers), exp: fc.jsonValue(), aud: fc.jsonValue(), tfp: fc.jsonValue() }).map(encode),
);
const made = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join("."));
const changed = fc.tuple(fc.nat(), fc.string({ maxLength: 3 })).map(([at, text]) => {
  const place = at % good.length;
  return good.slice(0, place) + text + good.slice(place + 1);
});

it("whatever is given for a token is explained, and not shown", async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(made, changed, fc.string()), fc.option(fc.string(), { nil: undefined }), async (token, route) => {
      const explanation = await kit.explain(token, { route, unverified: true });
      expect(explanation.verdict).toMatch(/^(allowed|verified|denied|unauthenticated|unavailable)$/);
      const shown = allOf(explanation);
      expect(shown.replaceAll("\n", "")).not.toMatch(/\p{C}/u);
      // Shorter parts of what was given may well be words of the explanation.
      for (let at = 0; at + 24 <= token.length; at++) expect(shown).not.toContain(token.slice(at, at + 24));
    }),
    { numRuns: 150 },
  );
});

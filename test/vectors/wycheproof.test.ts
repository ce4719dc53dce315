import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createVerifier } from "../../src/index.ts";
import { CLOCK, gateway } from "../attacks/lab.ts";
import { verifies } from "./jws.ts";

// The key vectors of the same collection are in test/keys/jwk.test.ts.
const FILE = new URL("../../../shared/vectors/wycheproof/json_web_signature_test.json", import.meta.url);

interface Group {
  readonly comment: string;
  readonly public?: object;
  readonly private: object;
  readonly tests: readonly { readonly tcId: number; readonly comment: string; readonly jws: string; readonly result: string }[];
}

/** Vectors whose key names another algorithm than the token: refusing is right, whatever their label says. */
const MISLABELLED = [346, 347, 350, 351];

const isThere = existsSync(FILE);
if (!isThere) console.warn("Skipped: the Wycheproof vectors are not beside this repository.");
const { testGroups } = (isThere ? JSON.parse(readFileSync(FILE, "utf8")) : { testGroups: [] }) as { testGroups: Group[] };
const cases = testGroups.flatMap((group) =>
  group.tests.map((test) => ({ name: `${test.tcId} ${group.comment} ${test.comment}`, group, test })),
);

describe.skipIf(!isThere)("Wycheproof's JSON Web Signature vectors", () => {
  it.each(cases)("$name", ({ group, test }) => {
    // Symmetric keys verify nothing here. Every other group is of an algorithm that is supported.
    const expected = group.public !== undefined && test.result === "valid" && !MISLABELLED.includes(test.tcId);
    expect(verifies(test.jws, { keys: [group.public ?? group.private] })).toBe(expected);
  });

  it("hold what they are expected to hold", () => {
    expect(cases).toHaveLength(401);
    expect(cases.filter(({ group, test }) => group.public !== undefined && test.result === "valid").length).toBeGreaterThan(25);
  });

  it("are refused by the gateway, all of them: none is a token of a configured issuer", async () => {
    for (const { group, test } of cases) {
      const { verify } = createVerifier(gateway, { clock: CLOCK, jwks: { shop: { keys: [group.public ?? group.private] } } });
      await expect(verify(test.jws)).rejects.toMatchObject({ name: "SallyportError" });
    }
  });
});

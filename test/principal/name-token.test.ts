import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { nameToken } from "../../src/principal/name-token.ts";
import { testPrincipal } from "../../src/testing/index.ts";

const nameless = { principal: testPrincipal(), tokenId: null, issuedAt: 7 };
const digestOf = (text: string) => createHash("sha256").update(text).digest("base64url");

it("names a token that names neither itself nor a session by its digest", () => {
  const named = { ...nameless, tokenId: `sha256:${digestOf("one")}` };
  expect(nameToken(nameless, "one")).toEqual(named);
  expect(nameToken(nameless, Buffer.from("one"))).toEqual(named);
});

it.each([
  ["its own name", { ...nameless, tokenId: "t-1" }],
  ["its session", { ...nameless, principal: testPrincipal({ session: "s-1" }) }],
  ["both", { ...nameless, tokenId: "t-1", principal: testPrincipal({ session: "s-1" }) }],
])("leaves a token with %s as it is", (_, proof) => {
  expect(nameToken(proof, "one")).toEqual(proof);
});

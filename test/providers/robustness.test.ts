import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SallyportError } from "../../src/errors.ts";
import type { Identity } from "../../src/providers/provider.ts";
import { PROVIDERS } from "./fixtures/index.ts";
import { type Acceptance, pass } from "./support.ts";

/** Claims that some provider reads, apart from `iss`, which chooses the provider. */
const CLAIMS = `
  sub aud azp appid cid client_id tid oid uid hd org_id act amr acr acrs auth_time scope scp roles groups
  permissions cognito:groups identities idp idtyp token_use typ tfp jti nonce at_hash events email emails
  username sid origin_jti gty sub_profile _claim_names hasgroups
`
  .trim()
  .split(/\s+/);
const NAMES = ["toString", "__proto__", "constructor", "", " ", "*", "undefined"];

const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(...NAMES), fc.array(fc.constantFrom(...NAMES)));
const overrides = fc.dictionary(fc.constantFrom(...CLAIMS), value, { minKeys: 1, maxKeys: 4 });

const isText = (item: unknown) => typeof item === "string";
const isTextOrNull = (item: unknown) => item === null || isText(item);

function isIdentity({ authentication, ...identity }: Identity): boolean {
  const { scopes, roles, groups, permissions, subject, clientId, tenant, actor, session, username, email } = identity;
  const lists = [scopes, roles, groups, permissions, authentication.methods];
  const texts = [clientId, tenant, actor, session, username, email, authentication.context, authentication.federatedBy];
  const isTimed = authentication.at === null || Number.isSafeInteger(authentication.at);
  return isText(subject) && subject !== "" && isTimed && lists.every((list) => list.every(isText)) && texts.every(isTextOrNull);
}

/** A refusal must be one of the closed set; anything else that is thrown fails the test by itself. */
function outcome(token: Acceptance): string {
  try {
    return isIdentity(pass(token).identity) ? "sound" : "badly typed";
  } catch (error) {
    if (error instanceof SallyportError) return "sound";
    throw error;
  }
}

const TOKENS = Object.entries(PROVIDERS).map(([name, { accepts }]) => [name, accepts] as const);

describe.each(TOKENS)("%s", (_name, accepts) => {
  it("answers any claims with a well-typed identity or a reason code", () => {
    fc.assert(
      fc.property(fc.constantFrom(...accepts), overrides, (token: Acceptance, changed) => {
        const claims = { ...token.claims, ...changed };
        expect(outcome({ ...token, claims })).toBe("sound");
      }),
      { numRuns: 500 },
    );
  });
});

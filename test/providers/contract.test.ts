import { describe, expect, it } from "vitest";
import { PROVIDERS } from "./fixtures/index.ts";
import { CROSSING, HOLDER, PERSONAL, UNREAD } from "./personal.ts";
import { claimsOf, complete, configure, pass, problemsOf, refusalOf } from "./support.ts";

/** Types that no claim read as text, list or date may have, by claim; absent claims are added. */
const WRONG_TYPES: readonly (readonly [string, unknown])[] = [
  ["sub", 7],
  ["sub", { toString: "alice" }],
  ["sub", "alice\r\nadmin"],
  ["sub", "a".repeat(1025)],
  ["aud", [7]],
  ["aud", { 0: "api" }],
  ["act", "somebody"],
  ["amr", "mfa"],
  ["auth_time", "1800000000"],
  ["auth_time", -1],
];

describe.each(Object.entries(PROVIDERS))("%s", (name, fixtures) => {
  it.each(fixtures.accepts)("accepts $name", (token) => {
    expect(pass(token).identity).toEqual(complete(token.identity));
  });

  it.each(fixtures.refuses)("refuses $name: $code", (token) => {
    expect(refusalOf(token)).toBe(token.code);
  });

  it.each(fixtures.misconfigurations)("does not start with $name", ({ issuer, path }) => {
    expect(problemsOf(issuer)).toContain(path);
  });

  it.each(fixtures.derivations)("derives $name", ({ issuer, issuers, templates, keys }) => {
    const dialect = configure(issuer);
    expect(dialect.issuers).toEqual(issuers);
    expect((dialect.templates ?? []).map(({ prefix, suffix }) => `${prefix}{tenantid}${suffix}`)).toEqual(templates ?? []);
    expect(dialect.keyLocations.map(({ url }) => url)).toEqual(keys);
  });

  it.each(fixtures.accepts)("lets nothing of $name cross that is not forwarded", ({ issuer, claims, identity }) => {
    expect(claimsOf({ issuer, claims: { ...PERSONAL, ...claims } }, [])).toEqual({});
    expect(claimsOf({ issuer, claims: { ...PERSONAL, ...claims } }, ["family_name", "plan"])).toEqual({ family_name: "Okafor" });
    const { username = null, email = null } = identity;
    const named = { ...(username !== null && { username }), ...(email !== null && { email }) };
    expect(claimsOf({ issuer, claims: { ...UNREAD, ...claims } }, ["username", "email"])).toEqual(named);
  });

  it.each(fixtures.accepts)("leaves credentials out of what is forwarded of $name", ({ issuer, claims }) => {
    expect(claimsOf({ issuer, claims: { ...claims, extra: HOLDER, list: [HOLDER] } }, ["extra", "list"])).toEqual({
      extra: CROSSING,
      list: [CROSSING],
    });
  });

  it.each(WRONG_TYPES.filter(([claim]) => fixtures.unread?.includes(claim) !== true))(
    "refuses a token whose %s is wrong (%#)",
    (claim, value) => {
      const [token] = fixtures.accepts;
      if (token === undefined) throw new Error(`There is no fixture of ${name}.`);
      // `uid` is the subject where an issuer has it, so it takes the same values.
      const also = claim === "sub" && Object.hasOwn(token.claims, "uid") ? { uid: value } : {};
      expect(refusalOf({ ...token, claims: { ...token.claims, [claim]: value, ...also } as typeof token.claims })).toBe("claim_malformed");
    },
  );

  it("never reads an inherited claim", () => {
    const [token] = fixtures.accepts;
    if (token === undefined) throw new Error(`There is no fixture of ${name}.`);
    const inherited = Object.assign(Object.create({ ...token.claims }), { iss: token.claims.iss });
    expect(refusalOf({ ...token, claims: inherited })).not.toBeNull();
  });

  it("takes its keys from `jwksUri` where that is set", () => {
    const [token] = fixtures.accepts;
    if (token === undefined) throw new Error(`There is no fixture of ${name}.`);
    const issuer = { ...token.issuer, options: { ...token.issuer.options, jwksUri: "https://keys.example/set" } };
    expect(pass({ ...token, issuer }).location.url).toBe("https://keys.example/set");
    expect(configure(issuer).keyLocations).toHaveLength(1);
  });
});

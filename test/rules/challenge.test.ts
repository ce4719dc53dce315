import { describe, expect, it } from "vitest";
import { REASONS, type ReasonCode } from "../../src/errors.ts";
import { challengeOf } from "../../src/rules/challenge.ts";

describe("the value of WWW-Authenticate", () => {
  it.each([
    ["credential_missing", "Bearer"],
    ["credential_malformed", 'Bearer error="invalid_request"'],
    ["token_expired", 'Bearer error="invalid_token"'],
    ["rule_denied", 'Bearer error="insufficient_scope"'],
    ["route_unknown", null],
    ["keys_unavailable", null],
    ["internal_error", null],
  ] as const)("for %s is %s", (code, value) => {
    expect(challengeOf(code)).toBe(value);
  });

  it("is there for every 401 (RFC 9110 section 15.5.2), and names only errors that RFC 6750 and RFC 9470 define", () => {
    const known = /^Bearer( error="(invalid_request|invalid_token|insufficient_scope|insufficient_user_authentication)")?$/;
    const codes = Object.keys(REASONS) as ReasonCode[];
    const unchallenged = codes.filter((code) => challengeOf(code) === null);
    expect(unchallenged.filter((code) => REASONS[code].status === 401)).toEqual([]);
    expect(codes.map((code) => challengeOf(code)).filter((value) => value !== null && !known.test(value))).toEqual([]);
  });

  it("says what sign-in is wanted, and where the API describes itself", () => {
    expect(challengeOf("step_up_required", { maxAge: 0, acr: "urn:a" }, "https://api.example/meta")).toBe(
      'Bearer error="insufficient_user_authentication", acr_values="urn:a", max_age="0", resource_metadata="https://api.example/meta"',
    );
    expect(challengeOf("credential_missing", {}, "https://api.example/meta")).toBe('Bearer resource_metadata="https://api.example/meta"');
  });

  it("never leaves its quotes or its line", () => {
    const value = challengeOf("step_up_required", { acr: 'a"\\, b="c\r\nSet-Cookie: x\u0000é' });
    expect(value).toBe('Bearer error="insufficient_user_authentication", acr_values="a,b=cSet-Cookie:x"');
  });
});

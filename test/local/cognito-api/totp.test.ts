import { expect, it } from "vitest";
import { matchTotp, totpCode, totpSecret } from "../../../local/cognito-api/totp.ts";

/** "12345678901234567890" in base32: the secret of RFC 6238, appendix B. */
const SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

it.each([
  [59, "287082"],
  [1_111_111_109, "081804"],
  [1_111_111_111, "050471"],
  [1_234_567_890, "005924"],
  [2_000_000_000, "279037"],
  [20_000_000_000, "353130"],
])("at %i s the code is the last six digits of RFC 6238's: %s", (seconds, code) => {
  expect(totpCode(SECRET, seconds * 1000)).toBe(code);
});

it("takes a code one step early or late, and no other", () => {
  const now = 1_795_420_680_000;
  const code = totpCode(SECRET, now);
  for (const drift of [-30_000, 0, 30_000]) expect(matchTotp(SECRET, code, now + drift)).toBe(1_795_420_680 / 30);
  for (const drift of [-60_000, 60_000]) expect(matchTotp(SECRET, code, now + drift)).toBeNull();
  expect(matchTotp(SECRET, "", now)).toBeNull();
});

it("secrets are readable to authenticator apps, one for each person, and stay the same", () => {
  expect(totpSecret("one")).toMatch(/^[A-Z2-7]{32}$/);
  expect(totpSecret("one")).toBe(totpSecret("one"));
  expect(totpSecret("one")).not.toBe(totpSecret("two"));
});

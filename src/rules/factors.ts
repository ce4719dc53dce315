/** What kind of factor an authentication method (`amr`, RFC 8176 section 2) proves. A method not listed proves nothing. */
const FACTOR_KINDS = new Map([
  ["pwd", "knowledge"],
  ["pin", "knowledge"],
  ["kba", "knowledge"],
  ["otp", "possession"],
  ["sms", "possession"],
  ["tel", "possession"],
  ["email_otp", "possession"],
  ["hwk", "possession"],
  ["swk", "possession"],
  ["pop", "possession"],
  ["sc", "possession"],
  ["face", "inherence"],
  ["fpt", "inherence"],
  ["iris", "inherence"],
  ["retina", "inherence"],
  ["vbm", "inherence"],
]);

/** Methods by which the provider itself says that more than one factor was used. */
const MULTI_FACTOR = new Set(["mfa"]);

/** Two factors of different kinds, or the provider's word for it. Two codes to one phone are still one kind. */
export function provesSecondFactor(methods: readonly string[]): boolean {
  if (methods.some((method) => MULTI_FACTOR.has(method))) return true;
  return new Set(methods.map((method) => FACTOR_KINDS.get(method)).filter((kind) => kind !== undefined)).size > 1;
}

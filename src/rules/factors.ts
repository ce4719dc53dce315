/** What kind of factor an authentication method (`amr`, RFC 8176 section 2) proves. A method not listed proves nothing. */
const FACTORS: Readonly<Record<string, readonly string[]>> = {
  knowledge: ["pwd", "pin", "kba"],
  possession: ["otp", "sms", "tel", "email_otp", "hwk", "swk", "pop", "sc"],
  inherence: ["face", "fpt", "iris", "retina", "vbm"],
};

/** The method by which the provider itself says that more than one factor was used. */
const MULTI_FACTOR = "mfa";

/** Two factors of different kinds, or the provider's word for it. Two codes to one phone are still one kind. */
export function provesSecondFactor(methods: readonly string[]): boolean {
  const proven = Object.values(FACTORS).filter((kind) => methods.some((method) => kind.includes(method)));
  return proven.length > 1 || methods.includes(MULTI_FACTOR);
}

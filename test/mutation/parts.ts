interface Part {
  readonly mutate: readonly string[];
  /** Files and folders below test/, quick ones first. */
  readonly tests: readonly string[];
  readonly score: number;
}

/** What turns routes into a policy: slow to test, because its tests try it on random route tables. */
const POLICY = "src/gateway/policy/**/*.ts";

/** What is mutated together, which tests must notice, and the least share of mutants that they must kill, in percent. */
export const PARTS: Readonly<Record<string, Part>> = {
  token: {
    mutate: ["src/token/**/*.ts", "src/json.ts", "src/json-names.ts", "src/authorize.ts"],
    tests: [
      "token/claims",
      "token/decode",
      "token/padded",
      "token/verify-token",
      "authorize/decide",
      "authorize/verify",
      "authorize/memo",
      "robustness/clock",
      "token",
    ],
    score: 95,
  },
  rules: { mutate: ["src/rules/**/*.ts"], tests: ["rules", "gateway-policy"], score: 95 },
  gateway: {
    mutate: ["src/gateway/**/*.ts", `!${POLICY}`],
    tests: [
      "gateway-policy/arn",
      "authorizers",
      "denials/resource-metadata",
      "denials/guard-mode",
      "keys/max-stale",
      "observe/observer",
      "denials",
      "keys/prefetch",
      "introspection",
    ],
    score: 95,
  },
  policy: {
    mutate: [POLICY],
    tests: [
      "gateway-policy/pattern",
      "gateway-policy/world",
      "gateway-policy/worked-policies",
      "gateway-policy/policy",
      "gateway-policy/empty-segments",
      "gateway-policy/policy-limits",
      "gateway-policy/needless-denials",
      "gateway-policy/scarce-room",
      "gateway-policy/policy-by-rule",
      "gateway-policy",
    ],
    score: 95,
  },
  keys: {
    mutate: ["src/keys/**/*.ts"],
    tests: [
      "keys/jwk",
      "keys/vetting",
      "keys/requests",
      "keys/places",
      "keys/key-files",
      "keys/addresses",
      "keys/peek",
      "keys/discovery",
      "keys/single-keys",
      "keys/key-events",
      "keys/dynamo-key-store",
      "keys/key-cache",
      "keys/fault-decisions",
      "keys/key-store",
      "keys/prefetch",
    ],
    score: 90,
  },
  providers: { mutate: ["src/providers/**/*.ts"], tests: ["providers"], score: 90 },
  principal: { mutate: ["src/principal/**/*.ts"], tests: ["principal"], score: 90 },
  guard: { mutate: ["src/guard/**/*.ts"], tests: ["guard", "authorizers/verifying-guard", "sessions/sign-out"], score: 90 },
  sessions: {
    mutate: ["src/sessions/**/*.ts"],
    tests: ["sessions/refresh-token", "sessions/settings", "sessions/logout-edges", "sessions"],
    score: 90,
  },
};

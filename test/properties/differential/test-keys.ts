/**
 * Test keys, the same in every process, so that whatever was kept or seeded in one can be judged in another. Their private halves are
 * the examples of RFC 7515 (appendices A.2 and A.3) and RFC 8037 (appendix A.1): public knowledge, which nothing real may trust.
 */
import { createPrivateKey } from "node:crypto";
import { ED25519_KEY, P256_KEY, RSA_KEY } from "../../vectors/rfc-examples.ts";

const RSA_TEST_KEY = {
  ...RSA_KEY,
  d: "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46sui395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ",
  p: "4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH_5IB3jw3bcxGn6QLvnEtfdUdiYrqBdss1l58BQ3KhooKeQTa9AB0Hw_Py5PJdTJNPY8cQn7ouZ2KKDcmnPGBY5t7yLc1QlQ5xHdwW1VhvKn-nXqhJTBgIPgtldC-KDV5z-y2XDwGUc",
  q: "uQPEfgmVtjL0Uyyx88GZFF1fOunH3-7cepKmtH4pxhtCoHqpWmT8YAmZxaewHgHAjLYsp1ZSe7zFYHj7C6ul7TjeLQeZD_YwD66t62wDmpe_HlB-TnBA-njbglfIsRLtXlnDzQkv5dTltRJ11BKBBypeeF6689rjcJIDEz9RWdc",
  dp: "BwKfV3Akq5_MFZDFZCnW-wzl-CCo83WoZvnLQwCTeDv8uzluRSnm71I3QCLdhrqE2e9YkxvuxdBfpT_PI7Yz-FOKnu1R6HsJeDCjn12Sk3vmAktV2zb34MCdy7cpdTh_YVr7tss2u6vneTwrA86rZtu5Mbr1C1XsmvkxHQAdYo0",
  dq: "h_96-mK1R_7glhsum81dZxjTnYynPbZpHziZjeeHcXYsXaaMwkOlODsWa7I9xXDoRwbKgB719rrmI2oKr6N3Do9U0ajaHF-NKJnwgjMd2w9cjz3_-kyNlxAr2v4IKhGNpmM5iIgOS1VZnOZ68m6_pbLBSp3nssTdlqvd0tIiTHU",
  qi: "IYd7DHOhrWvxkwPQsRM2tOgrjbcrfvtQJipd-DlcxyVuuM9sQLdgjVk2oy26F0EmpScGLq2MowX7fhd_QJQ3ydy5cY7YIBi87w93IKLEdfnbJtoOPLUW0ITrJReOgo1cq9SbsxYawBgfp_gh6A5603k2-ZQwVK0JKSHuLFkuQ3U",
};

export const PRIVATE = {
  ES256: createPrivateKey({ key: { ...P256_KEY, d: "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI" }, format: "jwk" }),
  EdDSA: createPrivateKey({ key: { ...ED25519_KEY, d: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A" }, format: "jwk" }),
  RS256: createPrivateKey({ key: RSA_TEST_KEY, format: "jwk" }),
} as const;

/** Public keys that sign nothing here: one of no algorithm of the issuer's, and one of the type of its own (RFC 7517 appendix A.1). */
export const STRANGERS = [
  {
    kty: "EC",
    crv: "P-384",
    x: "c0pGmDoXyA55wAFBGrZD6nF8OSqP42-o_ZVjSc1dwXDp0evNNry2GACjwFdoIt94",
    y: "Fns-nfPi56ibtM0GFV36uj2ncecAHlVDHfgh7iJ-3-QLypstEk6xgAjo626dtQCO",
  },
  { kty: "EC", crv: "P-256", x: "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", y: "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM" },
] as const;

/**
 * The signatures of the good ES256 tokens. ECDSA signs with a random number, and edits of a text depend on all of it: with these, a seed
 * makes the same edits everywhere. To be made again whenever what they sign changes.
 */
export const ES256_SIGNATURES = [
  "mPejTKqlapr6XSQUs7encZZinzKaUEK4z5Hf9oLE3hCIcrwyPx6Js-3JLzKnQ4RZvPXF_988mWMk8pvLS_GJyQ",
  "mnnwdZNfZK2v9m5icSIwZpr-pxoavZATtSUSkD_AeDO3Bycb0RDmnjSJMV2g_Ev2tpkgaoIyWMJcNhvvQ5Hgaw",
  "fUhAYKzLi5Dl8C9C9ve32jYwALcXcJFNz8ggWeJjafFvHyhnlS9uBQi3VSdjcDYNPIWah0rWQ-EsoqqPzB9vuA",
];

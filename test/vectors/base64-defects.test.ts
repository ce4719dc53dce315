import { describe, expect, it } from "vitest";
import { createVerifier, SallyportError } from "../../src/index.ts";
import { CLOCK, encode, gateway, claimsOf, type IssuerName, KEY_SETS, PRIVATE, type SigningAlgorithm, signed } from "../attacks/lab.ts";
import { verifies } from "./jws.ts";

const SIGNERS = [
  ["RS256", "shop", "https://shop.example/keys"],
  ["ES256", "curve", "https://curve.example/keys"],
] as const satisfies readonly (readonly [SigningAlgorithm, IssuerName, string])[];

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const middle = (text: string, piece: string) => text.slice(0, 8) + piece + text.slice(8);
/** The same bytes, with bits set that no byte takes. Only for texts that do not end on a whole byte. */
const withStrayBits = (text: string) => text.slice(0, -1) + ALPHABET[ALPHABET.indexOf(text.at(-1) ?? "") ^ 1];

/** One way each to write base64url wrongly: what they do to one part of a token. */
const DEFECTS: Readonly<Record<string, (text: string) => string>> = {
  "spaces before": (text) => `    ${text}`,
  "spaces after": (text) => `${text}    `,
  "a space inside": (text) => middle(text, " "),
  "a line feed after": (text) => `${text}\n`,
  "a tab inside": (text) => middle(text, "\t"),
  "an invalid character before": (text) => `?${text}`,
  "an invalid character inside": (text) => middle(text, "?"),
  "an invalid character after": (text) => `${text}?`,
  "invalid characters after": (text) => `${text}####`,
  "a character replaced by an invalid one": (text) => `?${text.slice(1)}`,
  "padding after": (text) => `${text}=`,
  "two characters of padding after": (text) => `${text}==`,
  "padding inside": (text) => middle(text, "="),
  "the other alphabet": (text) => `${text.slice(0, -4)}+/+/`,
  "stray bits": withStrayBits,
  "one character too many": (text) => `${text}${"A".repeat((5 - (text.length % 4)) % 4)}`,
  "nothing at all": () => "",
  "a character outside ASCII": (text) => middle(text, "\u00e9"),
};

describe.each(SIGNERS)("%s", (algorithm, issuer, url) => {
  // White space in the JSON makes both parts end within a byte, so that there are stray bits to set.
  const header = encode(endingWithin(JSON.stringify({ alg: algorithm, kid: "key-1" })));
  const payload = encode(endingWithin(JSON.stringify(claimsOf(issuer))));
  const good = signed(`${header}.${payload}`, algorithm, PRIVATE[issuer]);
  const keys = KEY_SETS[url] ?? { keys: [] };
  const { verify } = createVerifier(gateway, { clock: CLOCK, jwks: { [issuer]: keys } });
  const [, , signature = ""] = good.split(".");

  it("the token without a defect is accepted", async () => {
    expect(verifies(good, keys)).toBe(true);
    await expect(verify(good)).resolves.toBeTruthy();
  });

  describe.each(Object.entries(DEFECTS))("%s", (_name, spoil) => {
    const own = (input: string) => signed(input, algorithm, PRIVATE[issuer]);
    it.each([
      ["in the header, signed as it is", own(`${spoil(header)}.${payload}`)],
      ["in the header, signed as it was", `${spoil(header)}.${payload}.${signature}`],
      ["in the payload, signed as it is", own(`${header}.${spoil(payload)}`)],
      ["in the payload, signed as it was", `${header}.${spoil(payload)}.${signature}`],
      ["in the signature", `${header}.${payload}.${spoil(signature)}`],
    ])("%s", async (_where, token) => {
      expect(token).not.toBe(good);
      await expect(verify(token)).rejects.toBeInstanceOf(SallyportError);
      // An empty payload is a valid JWS of nothing, and no valid token.
      if (!token.includes("..")) expect(verifies(token, keys)).toBe(false);
    });
  });
});

/** The JSON text with so much white space at its end that its base64url has a rest. */
function endingWithin(json: string): string {
  return json.length % 3 === 0 ? `${json} ` : json;
}

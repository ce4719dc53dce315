import { SignJWT, UnsecuredJWT } from "jose";
import type { ReasonCode } from "../../src/errors.ts";
import { ISSUED_AT, KEY_ID, LIFETIME, type Sample, type SampleKeys, samples } from "./sample-gateway.ts";

/** A token with a sample's claims, less or more those given. */
export async function mint(
  keys: SampleKeys,
  sample: Sample,
  claims: Readonly<Record<string, unknown>> = {},
  signer = sample.issuer,
): Promise<string> {
  const key = keys.privateKeys.get(signer);
  if (key === undefined) throw new Error(`No key of ${signer}.`);
  const header = { alg: "RS256", kid: KEY_ID, typ: sample.typ };
  return new SignJWT({ ...sample.claims, ...claims }).setProtectedHeader(header).sign(key);
}

/** A good token that holds only these scopes. */
export function mintScoped(keys: SampleKeys, sample: Sample, scopes: string): Promise<string> {
  return mint(keys, sample, { [sample.scopeClaim]: scopes });
}

/** A token that must be refused with 401, and the reason for operators. */
export interface BadToken {
  readonly what: string;
  readonly codes: readonly ReasonCode[];
  readonly make: (keys: SampleKeys, sample: Sample) => Promise<string> | string;
}

export const BAD_TOKENS: readonly BadToken[] = [
  {
    what: "an expired token",
    codes: ["token_expired"],
    make: (keys, sample) => mint(keys, sample, { iat: ISSUED_AT / 1000 - 2 * LIFETIME, exp: ISSUED_AT / 1000 - LIFETIME }),
  },
  { what: "a tampered token", codes: ["signature_invalid"], make: async (keys, sample) => tamper(await mint(keys, sample)) },
  { what: "an unsigned token", codes: ["token_malformed"], make: (_, sample) => unsigned(sample, "") },
  {
    what: "an unsigned token with something for a signature",
    codes: ["algorithm_not_allowed"],
    make: (_, sample) => unsigned(sample, "c2ln"),
  },
  {
    what: "a token for another audience",
    codes: ["audience_mismatch", "client_not_allowed"],
    make: (keys, sample) => mint(keys, sample, sample.forOthers),
  },
  {
    what: "a token under another issuer's key of the same id",
    codes: ["signature_invalid"],
    make: (keys, sample) => mint(keys, sample, {}, other(sample).issuer),
  },
  {
    what: "a token of an unknown issuer",
    codes: ["issuer_unknown"],
    make: (keys, sample) => mint(keys, sample, { iss: "https://id.attacker.example" }),
  },
  { what: "no token at all", codes: ["token_malformed", "token_opaque"], make: () => "not-a-token" },
];

function other({ issuer }: Sample): Sample {
  const found = samples.find((sample) => sample.issuer !== issuer);
  if (found === undefined) throw new Error("There is one issuer only.");
  return found;
}

/** The same signature over a token with one claim more. */
function tamper(token: string): string {
  const [header = "", payload = "", signature = ""] = token.split(".");
  const claims = { ...JSON.parse(Buffer.from(payload, "base64url").toString("utf8")), roles: ["admin"] };
  return [header, Buffer.from(JSON.stringify(claims)).toString("base64url"), signature].join(".");
}

/** `alg: none`, with a key id, so that it fails for the algorithm and nothing else. */
function unsigned(sample: Sample, signature: string): string {
  const [, payload = ""] = new UnsecuredJWT({ ...sample.claims }).encode().split(".");
  const header = Buffer.from(JSON.stringify({ alg: "none", kid: KEY_ID, typ: sample.typ })).toString("base64url");
  return [header, payload, signature].join(".");
}

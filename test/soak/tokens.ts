import { createHmac, randomUUID, sign } from "node:crypto";
import type { IssuerName, KeyPublisher, PublishedKey } from "./key-publisher.ts";
import { pick } from "./random.ts";

/** The claims that say by what a token can be revoked, and whether it was issued before that. */
export interface TokenNames {
  readonly iss: string;
  readonly sub: string;
  readonly client_id: string;
  readonly sid?: string;
  readonly jti?: string;
  readonly iat?: number;
}

/** Few enough that one subject has several tokens about, and enough that few tokens are refused for belonging to a revoked session. */
const [SUBJECTS, SESSIONS, CLIENTS] = [400, 40, 40];

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
export const nowInSeconds = () => Math.floor(Date.now() / 1_000);

/** What a token says of itself. */
export function namesIn(token: string): TokenNames {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as TokenNames;
}

/** Makes tokens, good ones and bad ones, with the keys that are published. */
export class Mint {
  readonly #publisher: KeyPublisher;
  readonly #random: () => number;

  constructor(publisher: KeyPublisher, random: () => number) {
    this.#publisher = publisher;
    this.#random = random;
  }

  /** A token signed by a key of either issuer; now and then by one that was withdrawn. */
  token(claims: object = {}, header: object = {}, key = this.#key()): string {
    const subject = `user-${this.#below(SUBJECTS)}`;
    const payload = {
      iss: `https://${key.issuer}.example`,
      aud: "https://api.example",
      sub: subject,
      sid: this.#random() < 0.85 ? `${subject}/${this.#below(SESSIONS)}` : undefined,
      jti: this.#random() < 0.9 ? randomUUID() : undefined,
      client_id: `client-${this.#below(CLIENTS)}`,
      iat: this.#issuedAt(),
      exp: nowInSeconds() + 3_600,
      scope: pick(["orders:read", "orders:read orders:write", "profile", "orders:readers"], this.#random),
      ...claims,
    };
    const signed = `${part({ alg: key.algorithm, kid: key.kid, typ: "at+jwt", ...header })}.${part(payload)}`;
    const options = { key: key.privateKey, dsaEncoding: "ieee-p1363" } as const;
    return `${signed}.${sign("sha256", Buffer.from(signed), options).toString("base64url")}`;
  }

  /** A new token of the issuer of another, with these claims taken over. */
  successor(of: TokenNames, claims: Partial<TokenNames>): string {
    const issuer: IssuerName = of.iss === "https://shop.example" ? "shop" : "staff";
    return this.token({ ...claims, iat: nowInSeconds() }, {}, pick(this.#publisher.published(issuer), this.#random));
  }

  unsigned(): string {
    return `${part({ alg: "none" })}.${this.token().split(".")[1]}.`;
  }

  tampered(): string {
    const [header = "", payload = "", signature = ""] = this.token().split(".");
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as object;
    return `${header}.${part({ ...claims, scope: "orders:read orders:write", sub: "administrator" })}.${signature}`;
  }

  crossSigned(): string {
    const [key, other] = [this.#key(), this.#key()];
    const [, payload = ""] = this.token({}, {}, key).split(".");
    const signed = `${part({ alg: other.algorithm, kid: key.kid, typ: "at+jwt" })}.${payload}`;
    const wrong = this.#publisher.keys.find(({ kid, issuer }) => kid !== key.kid && issuer === other.issuer) ?? other;
    if (wrong.kid === key.kid) return `${signed}.AAAA`;
    return `${signed}.${sign("sha256", Buffer.from(signed), { key: wrong.privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
  }

  confused(): string {
    const key = this.#key();
    const [, payload = ""] = this.token({}, {}, key).split(".");
    const signed = `${part({ alg: "HS256", kid: key.kid })}.${payload}`;
    const secret = key.publicKey.export({ format: "pem", type: "spki" });
    return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
  }

  /** ES256 more often, because it is quicker to sign. */
  #key(): PublishedKey {
    const { keys } = this.#publisher;
    if (this.#random() < 0.02) return pick(keys, this.#random);
    return pick(this.#publisher.published(this.#random() < 0.85 ? "shop" : "staff"), this.#random);
  }

  /** Mostly now; some tokens were on their way for a while, some tell fractions of a second, and some do not say. */
  #issuedAt(): number | undefined {
    const kind = this.#random();
    if (kind < 0.03) return undefined;
    if (kind < 0.1) return Date.now() / 1_000;
    return nowInSeconds() - (kind < 0.25 ? this.#below(60) : 0);
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
}

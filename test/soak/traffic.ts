import { createHmac, randomUUID, sign } from "node:crypto";
import type { KeyPublisher, PublishedKey } from "./key-publisher.ts";
import { pick } from "./random.ts";

/** One request to send. */
export interface Request {
  /** What the caller is up to. */
  readonly kind: string;
  readonly route: string;
  readonly authorization: string | null;
}

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
const ROUTES = ["GET /orders", "GET /orders", "GET /orders", "POST /orders", "GET /health"];

/** Tokens sent again: how many are remembered. */
const REMEMBERED = 500;

/** An endless mix of honest and dishonest requests; what it does next depends on the random numbers and the keys alone. */
export class Traffic {
  readonly #publisher: KeyPublisher;
  readonly #random: () => number;
  readonly #sent: string[] = [];
  readonly #mix: readonly (readonly [kind: string, share: number, make: () => string | null])[];

  constructor(publisher: KeyPublisher, random: () => number) {
    this.#publisher = publisher;
    this.#random = random;
    this.#mix = [
      ["valid", 36, () => this.#remember(this.#token())],
      ["repeated", 28, () => (this.#sent.length === 0 ? this.#token() : pick(this.#sent, random))],
      ["expired", 6, () => this.#token({ exp: now() - 3_600 })],
      ["about to expire", 2, () => this.#remember(this.#token({ exp: now() - 50 }))],
      ["not yet valid", 2, () => this.#token({ nbf: now() + 3_600 })],
      ["for another audience", 3, () => this.#token({ aud: "https://other.example" })],
      ["of an unknown issuer", 3, () => this.#token({ iss: "https://stranger.example" })],
      ["with a signature cut short", 3, () => this.#token().slice(0, -2)],
      ["with a changed payload", 4, () => tampered(this.#token())],
      ["signed by another key under a known id", 3, () => this.#crossSigned()],
      ["with an unknown key id", 4, () => this.#token({}, { kid: randomUUID() })],
      ["without a signature", 2, () => `${part({ alg: "none" })}.${this.#token().split(".")[1]}.`],
      ["signed with the public key as a secret", 1, () => this.#confused()],
      ["garbage", 2, () => "x".repeat(Math.floor(random() * 9_000))],
      ["without a token", 1, () => null],
    ];
  }

  next(): Request {
    const route = pick(ROUTES, this.#random);
    const total = this.#mix.reduce((sum, [, share]) => sum + share, 0);
    let at = this.#random() * total;
    const [kind, , make] = this.#mix.find(([, share]) => (at -= share) < 0) ?? pick(this.#mix, this.#random);
    const token = make();
    return { kind, route, authorization: token === null ? null : `Bearer ${token}` };
  }

  /** A key of either issuer; now and then one that was withdrawn. ES256 more often, because it is quicker to sign. */
  #key(): PublishedKey {
    const { keys } = this.#publisher;
    if (this.#random() < 0.02) return pick(keys, this.#random);
    return pick(this.#publisher.published(this.#random() < 0.85 ? "shop" : "staff"), this.#random);
  }

  #token(claims: object = {}, header: object = {}, key = this.#key()): string {
    const scope = pick(["orders:read", "orders:read orders:write", "profile", "orders:readers"], this.#random);
    const issued = now();
    const payload = {
      iss: `https://${key.issuer}.example`,
      aud: "https://api.example",
      sub: `user-${Math.floor(this.#random() * 1e6)}`,
      client_id: "web",
      iat: issued - 4_000,
      exp: issued + 3_600,
      scope,
      ...claims,
    };
    const signed = `${part({ alg: key.algorithm, kid: key.kid, typ: "at+jwt", ...header })}.${part(payload)}`;
    const options = { key: key.privateKey, dsaEncoding: "ieee-p1363" } as const;
    return `${signed}.${sign("sha256", Buffer.from(signed), options).toString("base64url")}`;
  }

  #crossSigned(): string {
    const [key, other] = [this.#key(), this.#key()];
    const [, payload = ""] = this.#token({}, {}, key).split(".");
    const signed = `${part({ alg: other.algorithm, kid: key.kid, typ: "at+jwt" })}.${payload}`;
    const wrong = this.#publisher.keys.find(({ kid, issuer }) => kid !== key.kid && issuer === other.issuer) ?? other;
    if (wrong.kid === key.kid) return `${signed}.AAAA`;
    return `${signed}.${sign("sha256", Buffer.from(signed), { key: wrong.privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
  }

  #confused(): string {
    const key = this.#key();
    const [, payload = ""] = this.#token({}, {}, key).split(".");
    const signed = `${part({ alg: "HS256", kid: key.kid })}.${payload}`;
    const secret = key.publicKey.export({ format: "pem", type: "spki" });
    return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
  }

  #remember(token: string): string {
    if (this.#sent.length < REMEMBERED) this.#sent.push(token);
    else this.#sent[Math.floor(this.#random() * REMEMBERED)] = token;
    return token;
  }
}

const now = () => Math.floor(Date.now() / 1_000);

function tampered(token: string): string {
  const [header = "", payload = "", signature = ""] = token.split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as object;
  return `${header}.${part({ ...claims, scope: "orders:read orders:write", sub: "administrator" })}.${signature}`;
}

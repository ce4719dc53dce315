import { randomUUID } from "node:crypto";
import type { KeyPublisher } from "./key-publisher.ts";
import { pick } from "./random.ts";
import type { RevokedKind } from "./revocation-table.ts";
import { Mint, namesIn, nowInSeconds as now } from "./tokens.ts";

/** One request to send. */
export interface Request {
  /** What the caller is up to. */
  readonly kind: string;
  readonly route: string;
  readonly authorization: string | null;
}

const ROUTES = ["GET /orders", "GET /orders", "GET /orders", "POST /orders", "GET /health"];

/** Tokens sent again: how many are remembered, and how many of the good ones take the place of an older one. */
const [REMEMBERED, REPLACING] = [500, 0.05];
/** Revoked tokens of each kind that are remembered. */
const REVOKED = 60;

/** An endless mix of honest and dishonest requests; what it does next depends on the random numbers, the keys and the revocations alone. */
export class Traffic {
  readonly #random: () => number;
  readonly #mint: Mint;
  readonly #sent: string[] = [];
  readonly #revoked: Partial<Record<RevokedKind, string[]>> = {};
  readonly #mix: readonly (readonly [kind: string, share: number, make: () => string | null])[];

  constructor(publisher: KeyPublisher, random: () => number) {
    const mint = new Mint(publisher, random);
    this.#random = random;
    this.#mint = mint;
    this.#mix = [
      ["valid", 36, () => this.#remember(mint.token())],
      ["repeated", 28, () => this.circulating() ?? mint.token()],
      ["revoked lately", 5, () => this.#revokedToken()],
      ["of a revoked session, issued later", 2, () => this.#later("session", ["sub", "sid"])],
      ["of a revoked subject, issued later", 3, () => this.#later("subject", ["sub", "client_id"])],
      ["expired", 6, () => mint.token({ iat: now() - 7_200, exp: now() - 3_600 })],
      ["about to expire", 2, () => this.#remember(mint.token({ exp: now() - 50 }))],
      ["not yet valid", 2, () => mint.token({ nbf: now() + 3_600 })],
      ["for another audience", 3, () => mint.token({ aud: "https://other.example" })],
      ["of an unknown issuer", 3, () => mint.token({ iss: "https://stranger.example" })],
      ["with a signature cut short", 3, () => mint.token().slice(0, -2)],
      ["with a changed payload", 4, () => mint.tampered()],
      ["signed by another key under a known id", 3, () => mint.crossSigned()],
      ["with an unknown key id", 4, () => mint.token({}, { kid: randomUUID() })],
      ["without a signature", 2, () => mint.unsigned()],
      ["signed with the public key as a secret", 1, () => mint.confused()],
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

  /** One of the tokens that are sent again and again; null: there is none yet. */
  circulating(random = this.#random): string | null {
    return this.#sent.length === 0 ? null : pick(this.#sent, random);
  }

  /** Told of a token that was just revoked by something it names. */
  notice(kind: RevokedKind, token: string): void {
    this.#keep((this.#revoked[kind] ??= []), token, REVOKED);
  }

  #revokedToken(): string {
    const lists = Object.values(this.#revoked);
    return lists.length === 0 ? this.#mint.token() : pick(pick(lists, this.#random), this.#random);
  }

  /** Somebody whose token was revoked comes back with a new one that has some of the old names. */
  #later(kind: RevokedKind, kept: readonly string[]): string {
    const revoked = this.#revoked[kind];
    if (revoked === undefined) return this.#mint.token();
    const names = namesIn(pick(revoked, this.#random));
    const claims = Object.fromEntries(Object.entries(names).filter(([name]) => kept.includes(name)));
    return this.#mint.successor(names, claims);
  }

  #remember(token: string): string {
    if (this.#sent.length < REMEMBERED || this.#random() < REPLACING) this.#keep(this.#sent, token, REMEMBERED);
    return token;
  }

  #keep(list: string[], token: string, limit: number): void {
    if (list.length < limit) list.push(token);
    else list[Math.floor(this.#random() * limit)] = token;
  }
}

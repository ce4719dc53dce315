import { generateKeyPairSync, type KeyObject, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type IssuerName = "shop" | "staff";

/** One signing key over its life. Times are milliseconds since the epoch. */
export interface PublishedKey {
  readonly issuer: IssuerName;
  readonly kid: string;
  readonly algorithm: "ES256" | "RS256";
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly publishedAt: number;
  withdrawnAt: number | null;
}

/** The ways in which a key endpoint is out of order. */
export const FAULTS = ["500", "html", "reset", "empty", "truncated"] as const;
export type Fault = (typeof FAULTS)[number];

/** One time in which an endpoint was out of order; `to` null: it still is. */
export interface Outage {
  readonly issuer: IssuerName;
  readonly from: number;
  to: number | null;
}

/** Two issuers' key endpoints on loopback, which rotate their keys and fail as they are told, and count what they are asked. */
export class KeyPublisher {
  readonly keys: PublishedKey[] = [];
  readonly outages: Outage[] = [];
  /** When each endpoint was asked, in milliseconds since the epoch. */
  readonly fetches: { readonly issuer: IssuerName; readonly at: number }[] = [];
  readonly #faults = new Map<IssuerName, Fault>();
  readonly #server = createServer((request, response) => this.#answer(new URL(request.url ?? "", "http://loopback"), response));

  /** The address for the local build's key switch. */
  async start(): Promise<string> {
    for (const issuer of ["shop", "staff"] as const) this.rotate(issuer);
    await once(this.#server.listen(0, "127.0.0.1"), "listening");
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/keys`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** Publishes a new key and withdraws the one before last. */
  rotate(issuer: IssuerName, now = Date.now()): void {
    const published = this.published(issuer);
    const oldest = published.length > 1 ? published[0] : undefined;
    if (oldest !== undefined) oldest.withdrawnAt = now;
    const pair =
      issuer === "shop" ? generateKeyPairSync("ec", { namedCurve: "P-256" }) : generateKeyPairSync("rsa", { modulusLength: 2048 });
    const algorithm = issuer === "shop" ? "ES256" : "RS256";
    this.keys.push({ issuer, kid: randomUUID(), algorithm, ...pair, publishedAt: now, withdrawnAt: null });
  }

  fail(issuer: IssuerName, fault: Fault, now = Date.now()): void {
    if (!this.#faults.has(issuer)) this.outages.push({ issuer, from: now, to: null });
    this.#faults.set(issuer, fault);
  }

  recover(issuer: IssuerName, now = Date.now()): void {
    this.#faults.delete(issuer);
    for (const outage of this.outages) if (outage.issuer === issuer && outage.to === null) outage.to = now;
  }

  isFailing(issuer: IssuerName): boolean {
    return this.#faults.has(issuer);
  }

  published(issuer: IssuerName): PublishedKey[] {
    return this.keys.filter((key) => key.issuer === issuer && key.withdrawnAt === null);
  }

  #answer(url: URL, response: ServerResponse): void {
    const issuer = new URL(url.searchParams.get("url") ?? "").host.startsWith("shop") ? "shop" : "staff";
    this.fetches.push({ issuer, at: Date.now() });
    const keys = this.published(issuer).map((key) => ({
      ...key.publicKey.export({ format: "jwk" }),
      kid: key.kid,
      alg: key.algorithm,
      use: "sig",
    }));
    const document = JSON.stringify({ keys });
    response.setHeader("cache-control", "max-age=60");
    ANSWERS[this.#faults.get(issuer) ?? "none"](response, document);
  }
}

const ANSWERS: Readonly<Record<Fault | "none", (response: ServerResponse, document: string) => void>> = {
  none: (response, document) => void response.end(document),
  "500": (response) => void response.writeHead(500).end("{}"),
  html: (response) => void response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Maintenance</title>"),
  reset: (response) => void response.destroy(),
  empty: (response) => void response.end(`{"keys":[]}`),
  truncated: (response, document) => void response.end(document.slice(0, document.length / 2)),
};

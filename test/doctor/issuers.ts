import { defineGateway, type Gateway, oidc } from "../../src/index.ts";
import type { Fetch } from "../../src/keys/download.ts";
import { makeKey } from "../keys/kit.ts";

const ISSUER = "https://shop.example/realm";
const DISCOVERY = `${ISSUER}/.well-known/openid-configuration`;
const KEYS = "https://shop.example/keys";

/** An issuer that is found through discovery. */
export const SHOP: Gateway = defineGateway({
  issuers: { shop: oidc({ issuer: ISSUER, audience: "shop", algorithms: ["ES256"] }) },
  routes: { "GET /orders": "authenticated" },
});

/** What an issuer answers, and when. */
export interface Behaviour {
  readonly issuer?: string;
  readonly keys?: readonly object[];
  readonly status?: number;
  /** Seconds by which its clock is ahead. */
  readonly ahead?: number;
  /** Milliseconds that each answer takes. */
  readonly takes?: number;
  readonly isDown?: boolean;
}

export const KEY = makeKey("shop-1").jwk;
const { privateKey } = makeKey("shop-1");

/** Every way in which an issuer can be unwell, by the check that notices. */
export const UNWELL: Readonly<Record<string, Behaviour>> = {
  "issuer-unreachable": { isDown: true },
  "discovery-issuer": { issuer: `${ISSUER}/` },
  "keys-unusable": { keys: [{ ...KEY, use: "enc" }] },
  "key-secret-published": { keys: [KEY, { ...privateKey.export({ format: "jwk" }), kid: "shop-2" }] },
  "issuer-slow": { takes: 900 },
  "clock-differs": { ahead: 30 },
  "clock-beyond-skew": { ahead: -90 },
};

/** An issuer that behaves in this way, on a clock that only it moves. */
export function issuerThat({ issuer = ISSUER, keys = [KEY], status = 200, ahead = 0, takes = 20, isDown = false }: Behaviour): {
  readonly fetch: Fetch;
  readonly clock: () => number;
} {
  const time = { now: 1_795_176_000_000 };
  const documents: Readonly<Record<string, object>> = { [DISCOVERY]: { issuer, jwks_uri: KEYS }, [KEYS]: { keys } };
  const fetch: Fetch = async (url) => {
    time.now += takes;
    if (isDown) throw new Error("down");
    const headers = { date: new Date(time.now + ahead * 1_000).toUTCString() };
    return new Response(JSON.stringify(documents[url]), { status, headers });
  };
  return { fetch, clock: () => time.now };
}

import { generateKeyPairSync, type JsonWebKey, type KeyObject } from "node:crypto";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { SallyportError } from "../../src/errors.ts";
import { createKeys, type KeysOptions } from "../../src/keys/create-keys.ts";
import type { KeyLocation, KeyQuery } from "../../src/keys/keys.ts";

export const SECOND = 1_000;
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const URL_A = "https://id.example/keys";

export interface TestKey {
  readonly jwk: JsonWebKey & { kid: string };
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** A fresh P-256 key: quick to make, and different on every call. */
export function makeKey(kid: string): TestKey {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { jwk: { ...publicKey.export({ format: "jwk" }), kid, use: "sig", alg: "ES256" }, publicKey, privateKey };
}

/** An identity provider in memory: what it answers can be changed, and it counts. */
export function makeProvider(keys: readonly TestKey[] = []) {
  const provider = {
    answer: (): Response | Promise<Response> => new Response(setOf(keys)),
    fetches: 0,
    urls: [] as string[],
    fetch: async (url: string): Promise<Response> => {
      provider.fetches++;
      provider.urls.push(url);
      return provider.answer();
    },
    publish: (...published: readonly TestKey[]) => {
      provider.answer = () => new Response(setOf(published));
    },
    fail: () => {
      provider.answer = () => new Response("<html>down</html>", { status: 500 });
    },
  };
  return provider;
}

export function setOf(keys: readonly TestKey[]): string {
  return JSON.stringify({ keys: keys.map(({ jwk }) => jwk) });
}

/** A finder on a clock that only the test moves. */
export function makeFinder(options: Partial<KeysOptions> = {}) {
  const time = { now: 1_800_000_000_000 };
  const keys = createKeys({ clock: () => time.now, random: () => 0, ...options });
  return { time, keys, pass: (milliseconds: number) => (time.now += milliseconds) };
}

export function query(kid: string, change: Partial<KeyQuery> = {}): KeyQuery {
  return { issuer: "shop", location: at(URL_A), kid, algorithm: "ES256", ...change };
}

export function at(url: string): KeyLocation {
  return { kind: "jwks", url };
}

/** The reason a lookup failed for, or "found". */
export async function outcome(found: Promise<unknown>): Promise<string> {
  try {
    await found;
    return "found";
  } catch (error) {
    if (!(error instanceof SallyportError)) throw error;
    return error.code;
  }
}

/** A loopback HTTP server for one test. */
export async function serve(listener: RequestListener): Promise<{ url: string; close: () => void }> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

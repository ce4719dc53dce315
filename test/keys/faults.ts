import type { ServerResponse } from "node:http";
import { brotliCompressSync, gzipSync } from "node:zlib";
import type { Fetch } from "../../src/keys/download.ts";
import { httpsFetch } from "../../src/keys/transport.ts";

/** How a publisher answers a request for a document: with it, or not quite. */
export type Answer = (response: ServerResponse, document: string) => unknown;

/** What fetches: the default, and what everybody knows. */
export const TRANSPORTS: readonly (readonly [string, Fetch])[] = [
  ["the default transport", httpsFetch],
  ["globalThis.fetch", globalThis.fetch],
];

function drip(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/json" });
  const timer = setInterval(() => response.write(" "), 100);
  response.on("close", () => clearInterval(timer));
}

/** 33 MB of spaces before a good document, sent as fast as the reader takes it. */
function flood(response: ServerResponse, document: string): void {
  response.on("error", () => {});
  const chunk = Buffer.alloc(1_000_000, " ");
  let left = 33;
  const push = () => {
    let isDrained = true;
    while (left > 0 && isDrained) {
      left--;
      isDrained = response.write(chunk);
    }
    if (isDrained) response.end(document);
    else response.once("drain", push);
  };
  push();
}

const encoded =
  (coding: string, encode: (document: string) => string | Uint8Array): Answer =>
  (response, document) =>
    response.writeHead(200, { "content-encoding": coding }).end(encode(document));
const swollen = (document: string) => Buffer.concat([Buffer.alloc(5_000_000, " "), Buffer.from(document)]);

/** Faults by path; every one must leave the reader without the document, be it a key set or a discovery document. */
export const FAULTS: Readonly<Record<string, Answer>> = {
  "status-500": (response, document) => response.writeHead(500).end(document),
  "status-404": (response, document) => response.writeHead(404).end(document),
  "status-203": (response, document) => response.writeHead(203).end(document),
  html: (response) => response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Sign in</title>"),
  empty: (response) => response.writeHead(200).end(),
  reset: (response) => response.socket?.resetAndDestroy(),
  "reset-in-body": (response, document) => response.write(document.slice(0, 20), () => response.socket?.resetAndDestroy()),
  "hang-before-headers": () => {},
  "hang-after-headers": (response) => response.writeHead(200).flushHeaders(),
  "slow-drip": drip,
  redirect: (response, document) => response.writeHead(302, { location: "/good" }).end(document),
  "33-MB": flood,
  "one-byte-too-many": (response, document) => response.end(document.padEnd(150_001)),
  "coding-in-name-only": encoded("gzip", (document) => document),
  "gzip-bomb": encoded("gzip", (document) => gzipSync(swollen(document))),
  "brotli-bomb": encoded("br", (document) => brotliCompressSync(swollen(document))),
  "truncated-JSON": (response, document) => response.end(document.slice(0, -2)),
  "duplicate-members": (response, document) => response.end(document.replace("{", '{"keys":[],"issuer":"",')),
  "byte-order-mark": (response, document) => response.end(`\uFEFF${document}`),
  "empty-object": (response) => response.end("{}"),
  "empty-set": (response) => response.end('{"keys":[]}'),
  null: (response) => response.end("null"),
};

/** What looks odd and is read all the same. */
export const GOOD: Readonly<Record<string, Answer>> = {
  good: (response, document) => response.end(document),
  "all-150-kB": (response, document) => response.end(document.padEnd(150_000)),
  "identity-coding": encoded("identity", (document) => document),
};

import type { IncomingMessage, ServerResponse } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, it, vi } from "vitest";
import { discovered } from "../../src/keys/discovery.ts";
import { download, downloadBody, type Fetch, type FetchInit, readBody } from "../../src/keys/download.ts";
import { httpsFetch } from "../../src/keys/transport.ts";
import { createLoader } from "../../src/keys/load-keys.ts";
import { prefetchKeys } from "../../src/keys/prefetch.ts";
import { at, HOUR, makeKey, MINUTE, outcome, serve, setOf } from "./kit.ts";

const URL = "https://id.example/keys";
const document = setOf([makeKey("a")]);

/** A request that is answered so, and what it was. */
async function ask(answer: () => unknown) {
  const seen: { url?: string; init?: FetchInit } = {};
  const fetch = async (url: string, init: FetchInit) => {
    Object.assign(seen, { url, init });
    return answer();
  };
  const result = await download(fetch as Fetch, URL).catch((error: { code: string }) => error.code);
  return { ...seen, result };
}

describe("a request", () => {
  it("asks for JSON without a coding, and follows nothing", async () => {
    const { url, init } = await ask(() => new Response("{}"));
    expect(url).toBe(URL);
    expect(init).toMatchObject({
      headers: { accept: "application/json, application/jwk-set+json", "accept-encoding": "identity" },
      redirect: "error",
    });
    expect(init).not.toHaveProperty("method");
  });

  it("that ends well is not aborted, and one that fails is", async () => {
    expect((await ask(() => new Response("{}"))).init?.signal.aborted).toBe(false);
    for (const answer of [() => new Response("{", { status: 500 }), () => Promise.reject(new Error("reset"))]) {
      const { init, result } = await ask(answer);
      expect([init?.signal.aborted, result]).toEqual([true, "keys_unavailable"]);
    }
  });

  it("is given up after a second and a half, and aborted", async () => {
    vi.useFakeTimers();
    let signal: AbortSignal | undefined;
    const fetch: Fetch = async (_url, init) => {
      ({ signal } = init);
      return new Promise(() => {});
    };
    const result = outcome(downloadBody(fetch, URL, "text/plain"));
    await vi.advanceTimersByTimeAsync(1_499);
    expect(signal?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect([await result, signal?.aborted]).toEqual(["keys_unavailable", true]);
    vi.useRealTimers();
  });

  it.each([
    ["no object", "[]"],
    ["no JSON", "x"],
    ["two members of one name", '{"a":1,"a":2}'],
  ])("answered with %s leads nowhere", async (_what, body) =>
    expect((await ask(() => new Response(body))).result).toBe("keys_unavailable"),
  );

  it.each([201, 203, 206, 301, 304, 404, 500])("answered with a %d leads nowhere", async (status) => {
    const headers = { get: () => null };
    expect((await ask(() => ({ status, headers, body: new Response("{}").body }))).result).toBe("keys_unavailable");
  });

  it("answered with nothing leads nowhere", async () => {
    expect((await ask(() => ({ status: 200, headers: { get: () => null }, body: null }))).result).toBe("keys_unavailable");
  });

  it("goes to no address that may not be asked", async () => {
    let requests = 0;
    const fetch: Fetch = async () => (requests++, new Response("{}"));
    expect(await outcome(download(fetch, "http://id.example/keys"))).toBe("keys_unavailable");
    expect(requests).toBe(0);
  });

  it("asks for what it is told to, where that is no JSON", async () => {
    let accept = "";
    const fetch: Fetch = async (_url, { headers }) => {
      accept = headers["accept"] ?? "";
      return new Response("text");
    };
    expect(Buffer.from((await downloadBody(fetch, URL, "text/plain")).body).toString()).toBe("text");
    expect(accept).toBe("text/plain");
  });
});

describe("how long an answer is fresh", () => {
  const freshness = async (cacheControl: string | null, age: string | null = null) => {
    const headers = { get: (name: string) => ({ "cache-control": cacheControl, age })[name] ?? null };
    const { result } = await ask(async () => ({ status: 200, headers, body: new Response("{}").body }));
    return (result as { freshFor: number }).freshFor;
  };

  it.each<[string | null, number, string?]>([
    [null, 10 * MINUTE],
    ["", 10 * MINUTE],
    ["MAX-AGE=600", 10 * MINUTE],
    ['max-age="3600"', HOUR],
    [" max-age=3600 ,public", HOUR],
    ["max-age=3600, max-age=60", HOUR],
    ["xmax-age=3600", 10 * MINUTE],
    ["max-age=3600x", 10 * MINUTE],
    ["max-age=99999999999", 10 * MINUTE],
    ["max-age=9999999999", 24 * HOUR],
    ["max-age=59", MINUTE],
    ["public, No-Store", MINUTE],
    ["no-cache , max-age=3600", MINUTE],
    ["max-age=3600", 50 * MINUTE, " 600 , 7"],
    ["max-age=3600", HOUR, "600x"],
    ["max-age=3600", HOUR, "x600"],
    ["max-age=3600", MINUTE, "3600"],
  ])("%j: %d ms", async (cacheControl, expected, age) => expect(await freshness(cacheControl, age)).toBe(expected));
});

describe("a body", () => {
  const chunks = async function* (...sizes: number[]) {
    for (const size of sizes) yield new Uint8Array(size).fill(32);
  };
  const read = async (signal: AbortSignal, ...sizes: number[]) =>
    readBody(chunks(...sizes), signal).then(
      ({ length }) => length,
      (error: { code: string }) => error.code,
    );

  it("is read up to 150 kB", async () => {
    const { signal } = new AbortController();
    expect([await read(signal), await read(signal, 100_000, 50_000), await read(signal, 100_000, 50_001)]).toEqual([
      0,
      150_000,
      "keys_unavailable",
    ]);
  });

  it("is read no further once nobody waits for it", async () => {
    expect(await read(AbortSignal.abort(), 1)).toBe("keys_unavailable");
  });
});

describe("the default transport", () => {
  it("sends what it is given, and hands over status, headers in any case, and body", async () => {
    const seen: unknown[] = [];
    const answerTo = async (request: IncomingMessage, response: ServerResponse) => {
      seen.push([request.method, request.headers["x-one"], await text(request)]);
      response.writeHead(201, { "Cache-Control": "max-age=1", "content-encoding": "identity" }).end("answer");
    };
    const { url, close } = await serve((request, response) => void answerTo(request, response));
    const { signal } = new AbortController();
    const common = { headers: { "x-one": "1" }, redirect: "error", signal } as const;
    const answer = await httpsFetch(url, { ...common, method: "POST", body: "asked" });
    expect([answer.status, answer.headers.get("CACHE-control"), answer.headers.get("age")]).toEqual([201, "max-age=1", null]);
    expect(Buffer.from(await readBody(answer.body as AsyncIterable<Uint8Array>, signal)).toString()).toBe("answer");
    await httpsFetch(url, common);
    expect(seen).toEqual([
      ["POST", "1", "asked"],
      ["GET", "1", ""],
    ]);
    close();
  });

  it("takes no coding that it did not ask for, and says so", async () => {
    const { url, close } = await serve((_request, response) => response.writeHead(200, { "content-encoding": "br" }).end("x"));
    const { signal } = new AbortController();
    const asked = httpsFetch(url, { headers: {}, redirect: "error", signal });
    await expect(asked).rejects.toThrow("The answer has a content coding that was not asked for.");
    close();
  });

  it("closes the connection of an answer that it does not take", async () => {
    const closed = Promise.withResolvers<string>();
    const { url, close } = await serve((request, response) => {
      request.socket.once("close", () => closed.resolve("closed"));
      response.writeHead(200, { "content-encoding": "br" }).write("never ends");
    });
    const { signal } = new AbortController();
    await httpsFetch(url, { headers: {}, redirect: "error", signal }).catch(() => {});
    expect(await closed.promise).toBe("closed");
    close();
  });

  it("begins TLS where the address says https, and fails where the connection then breaks", async () => {
    const firstOctets: (number | undefined)[] = [];
    const server = createServer((socket) => {
      socket.once("data", (data: Buffer) => {
        firstOctets.push(data[0]);
        socket.destroy();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const { signal } = new AbortController();
    await expect(httpsFetch(`https://127.0.0.1:${port}/keys`, { headers: {}, redirect: "error", signal })).rejects.toThrow();
    // 22: a handshake record.
    expect(firstOctets).toEqual([22]);
    server.close();
  });
});

describe("a loader", () => {
  const [issuer, discovery] = ["https://id.example", "https://id.example/discovery"];

  it.each<[string, unknown]>([
    ["no usable key", { keys: [{ kty: "oct", k: "AAAA", kid: "a" }] }],
    ["no key set", { keys: "a" }],
    ["the discovery document of another issuer", { issuer: "https://other.example", jwks_uri: URL }],
    ["a discovery document without an address", { issuer }],
    ["a discovery document that points to an address of a network", { issuer, jwks_uri: "https://10.0.0.1/keys" }],
  ])("that finds %s says that there are no keys", async (_what, page) => {
    const isSet = Object.hasOwn(page as object, "keys");
    const location = isSet ? at(URL) : discovered(discovery, issuer);
    const load = createLoader(location, { fetch: async () => Response.json(page), clock: () => 0, maxStale: 0 });
    expect(await outcome(load())).toBe("keys_unavailable");
  });
});

describe("a discovery document", () => {
  const [ISSUER, DISCOVERY] = ["https://id.example", "https://id.example/discovery"];
  const location = discovered(DISCOVERY, ISSUER);
  const good = { issuer: ISSUER, jwks_uri: URL };

  /** A loader on a clock, and the addresses that it asked. */
  function make(maxStale: number) {
    const time = { now: 1_000_000 };
    const urls: string[] = [];
    const pages: Record<string, () => Response> = { [DISCOVERY]: () => Response.json(good), [URL]: () => new Response(document) };
    const fetch: Fetch = async (url) => {
      urls.push(url);
      return pages[url]?.() ?? new Response("", { status: 404 });
    };
    const load = createLoader(location, { fetch, clock: () => time.now, maxStale });
    const after = async (milliseconds: number) => {
      time.now += milliseconds;
      urls.length = 0;
      await load().catch(() => urls.push("failed"));
      return [...urls];
    };
    return { pages, after };
  }

  it("is followed for as long as it is fresh, and asked for again from then on", async () => {
    const { after } = make(HOUR);
    expect(await after(0)).toEqual([DISCOVERY, URL]);
    expect(await after(0)).toEqual([URL]);
    expect(await after(10 * MINUTE - 1)).toEqual([URL]);
    expect(await after(1)).toEqual([DISCOVERY, URL]);
    expect(await after(-1)).toEqual([DISCOVERY, URL]);
  });

  it("that cannot be had again is followed until `maxStale`, and not a millisecond longer", async () => {
    const { pages, after } = make(HOUR);
    await after(0);
    pages[DISCOVERY] = () => new Response("", { status: 500 });
    expect(await after(HOUR)).toEqual([DISCOVERY, URL]);
    expect(await after(1)).toEqual([DISCOVERY, "failed"]);
  });

  it("is asked for again when its keys were not there", async () => {
    const { pages, after } = make(HOUR);
    await after(0);
    pages[URL] = () => new Response("{}");
    expect(await after(1)).toEqual([URL, "failed"]);
    pages[URL] = () => new Response(document);
    expect(await after(1)).toEqual([DISCOVERY, URL]);
  });
});

it("what is fetched early are the first eight key sets of the first issuers, each by its own name", () => {
  const asked: string[] = [];
  const issuers = ["a", "b", "c"].map((name) => ({ name, keyLocations: [1, 2, 3].map((index) => at(`https://${name}.example/${index}`)) }));
  const prepare = async (issuer: string, { url }: { readonly url: string }) => void asked.push(`${issuer} ${url}`);
  prefetchKeys({ issuers } as never, { holds: () => false, prepare } as never);
  expect(asked).toHaveLength(8);
  expect([asked[0], asked[7]]).toEqual(["a https://a.example/1", "c https://c.example/2"]);
});

it("what cannot be fetched early is nobody's failure", async () => {
  const escaped: unknown[] = [];
  const listen = (reason: unknown) => void escaped.push(reason);
  process.on("unhandledRejection", listen);
  const prepare = () => Promise.reject(new TypeError("broken"));
  const keys = { holds: () => false, prepare };
  prefetchKeys({ issuers: [{ name: "a", keyLocations: [at(URL)] }] } as never, keys as never);
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", listen);
  expect(escaped).toEqual([]);
});

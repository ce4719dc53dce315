import type { RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLoader } from "../../src/keys/load-keys.ts";
import type { Fetch } from "../../src/keys/download.ts";
import { FAULTS, GOOD, TRANSPORTS } from "./faults.ts";
import { at, MINUTE, makeFinder, makeKey, outcome, query, serve, setOf } from "./kit.ts";

const a = makeKey("a");
const document = setOf([a]);

const seen: string[] = [];
const listener: RequestListener = (request, response) => {
  const path = request.url?.slice(1) ?? "";
  seen.push(path);
  (FAULTS[path] ?? GOOD[path])?.(response, document);
};
const countOf = (path: string) => seen.filter((one) => one === path).length;

let server: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  server = await serve(listener);
});
afterAll(() => server.close());

describe.each(TRANSPORTS)("over %s", (_name, fetch) => {
  it.concurrent.each(Object.keys(GOOD))("%s is read", async (path) => {
    const { keys } = makeFinder({ fetch });
    expect((await keys.find(query("a", { location: at(`${server.url}/${path}`) }))).key.equals(a.publicKey)).toBe(true);
  });

  it.concurrent.each(Object.keys(FAULTS))("%s leaves no keys, and is not asked again at once", async (path) => {
    const { keys } = makeFinder({ fetch });
    const before = countOf(path);
    const location = at(`${server.url}/${path}`);
    const codes = await Promise.all(Array.from({ length: 20 }, () => outcome(keys.find(query("a", { location })))));
    expect(new Set(codes)).toEqual(new Set(["keys_unavailable"]));
    expect(await outcome(keys.find(query("a", { location })))).toBe("keys_unavailable");
    expect(countOf(path) - before).toBe(1);
  });
});

describe("the default transport", () => {
  it("asks for identity coding and JSON, follows nothing, and closes its connection", async () => {
    const requests: (readonly [string | undefined, string | undefined])[] = [];
    const { url, close } = await serve((request, response) => {
      requests.push([request.headers["accept-encoding"], request.headers.connection]);
      response.end(document);
    });
    const { keys } = makeFinder();
    await keys.find(query("a", { location: at(url) }));
    expect(requests).toEqual([["identity", "close"]]);
    close();
  });

  it("survives a frozen sandbox: a server that dropped every connection meanwhile costs nothing", async () => {
    const sockets = new Set<{ destroy(): unknown }>();
    const { url, close } = await serve((request, response) => {
      sockets.add(request.socket);
      response.end(document);
    });
    const { keys, pass } = makeFinder({ maxStale: 0 });
    await keys.find(query("a", { location: at(url) }));
    for (const socket of sockets) socket.destroy();
    pass(10 * MINUTE);
    expect(await outcome(keys.find(query("a", { location: at(url) })))).toBe("found");
    close();
  });

  it("does not speak to a server whose certificate nobody vouches for, or that speaks no TLS", async () => {
    const tls = createTlsServer({}, (_request, response) => response.end(document));
    await new Promise<void>((resolve) => tls.listen(0, "127.0.0.1", resolve));
    const { port } = tls.address() as { port: number };
    const { keys } = makeFinder();
    expect(await outcome(keys.find(query("a", { location: at(`https://127.0.0.1:${port}/good`) })))).toBe("keys_unavailable");
    expect(await outcome(keys.find(query("a", { location: at(server.url.replace("http:", "https:")) })))).toBe("keys_unavailable");
    tls.close();
  });
});

describe("an answer in memory", () => {
  it("that never comes, from a fetch that ignores its signal, is given up", async () => {
    const { keys } = makeFinder({ fetch: async () => new Promise<never>(() => {}) });
    expect(await outcome(keys.find(query("a")))).toBe("keys_unavailable");
  });

  it("whose body never ends is given up", async () => {
    const { keys } = makeFinder({
      fetch: async () => new Response(new ReadableStream({ pull: async () => new Promise<never>(() => {}) })),
    });
    expect(await outcome(keys.find(query("a")))).toBe("keys_unavailable");
  });

  it("is cut off at 150 kB of decoded bytes", async () => {
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        pulled++;
        controller.enqueue(new Uint8Array(10_000).fill(32));
      },
    });
    const { keys } = makeFinder({ fetch: async () => new Response(endless) });
    expect(await outcome(keys.find(query("a")))).toBe("keys_unavailable");
    expect(pulled).toBeLessThan(20);
  });

  it("without a body, or thrown, tells nothing about itself", async () => {
    for (const fetch of [
      async () => new Response(null),
      async () => {
        throw new Error("secret https://id.example/keys");
      },
    ]) {
      const { keys } = makeFinder({ fetch });
      const error: unknown = await keys.find(query("secret-kid")).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: "keys_unavailable" });
      expect(error).not.toHaveProperty("cause");
      expect(`${(error as Error).message}${(error as Error).stack}`).not.toMatch(/secret|id\.example/);
    }
  });
});

describe("an address", () => {
  it.each([
    "http://id.example/keys",
    "http://127.0.0.1.id.example/keys",
    "http://169.254.169.254/keys",
    "http://localhost.id.example/keys",
    "https://user@id.example/keys",
    "https://:pass@id.example/keys",
    "ftp://id.example/keys",
    "file:///etc/keys",
    "data:application/json,{}",
    "keys",
    "",
  ])("%s is never asked", async (url) => {
    let fetches = 0;
    const fetch = async () => {
      fetches++;
      return new Response(document);
    };
    const { keys } = makeFinder({ fetch });
    expect(await outcome(keys.find(query("a", { location: at(url) })))).toBe("keys_unavailable");
    expect(fetches).toBe(0);
  });

  it.each(["https://id.example/keys", "http://localhost:8080/keys", "http://127.0.0.2/keys", "http://[::1]:8080/keys"])(
    "%s is asked",
    async (url) => {
      const { keys } = makeFinder({ fetch: async () => new Response(document) });
      expect(await outcome(keys.find(query("a", { location: at(url) })))).toBe("found");
    },
  );
});

describe("a loader", () => {
  it("dates its keys from the start of the request", async () => {
    let now = 1_000;
    const fetch: Fetch = async () => {
      now += 500;
      return new Response(document);
    };
    const load = createLoader(at("https://id.example/keys"), { fetch, clock: () => now, maxStale: 0 });
    expect((await load()).fetchedAt).toBe(1_000);
  });
});

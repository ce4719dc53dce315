import { describe, expect, it } from "vitest";
import { discovered } from "../../src/keys/discovery.ts";
import { HOUR, MINUTE, makeFinder, makeKey, outcome, query, SECOND, serve, setOf } from "./kit.ts";

const a = makeKey("a");
const ISSUER = "https://id.example";
const DISCOVERY = `${ISSUER}/.well-known/openid-configuration`;
const KEYS = "https://keys.example/jwks";

const location = (url = DISCOVERY, issuer = ISSUER) => discovered(url, issuer);
const ask = query("a", { location: location() });

/** Answers by URL; a missing one is a failure. */
function makeSite(pages: Record<string, unknown>) {
  const urls: string[] = [];
  const fetch = async (url: string) => {
    urls.push(url);
    const page = pages[url];
    return page === undefined ? new Response("", { status: 503 }) : new Response(typeof page === "string" ? page : JSON.stringify(page));
  };
  return { pages, urls, fetch };
}

const healthy = () => makeSite({ [DISCOVERY]: { issuer: ISSUER, jwks_uri: KEYS }, [KEYS]: setOf([a]) });

describe("discovery", () => {
  it("leads to the keys, and is remembered", async () => {
    const site = healthy();
    const { keys, pass } = makeFinder({ fetch: site.fetch });
    expect((await keys.find(ask)).key.equals(a.publicKey)).toBe(true);
    pass(30 * SECOND);
    expect(await outcome(keys.find({ ...ask, kid: "b" }))).toBe("key_unknown");
    expect(site.urls).toEqual([DISCOVERY, KEYS, KEYS]);
  });

  it.each([
    ["another issuer", { issuer: "https://evil.example", jwks_uri: KEYS }],
    ["the issuer with a slash", { issuer: `${ISSUER}/`, jwks_uri: KEYS }],
    ["no issuer", { jwks_uri: KEYS }],
    ["an issuer in a list", { issuer: [ISSUER], jwks_uri: KEYS }],
    ["no jwks_uri", { issuer: ISSUER }],
    ["a jwks_uri that is no string", { issuer: ISSUER, jwks_uri: [KEYS] }],
    ["a relative jwks_uri", { issuer: ISSUER, jwks_uri: "/jwks" }],
    ["an http jwks_uri", { issuer: ISSUER, jwks_uri: "http://id.example/jwks" }],
    ["a loopback jwks_uri", { issuer: ISSUER, jwks_uri: "http://127.0.0.1/jwks" }],
    ["an https loopback jwks_uri", { issuer: ISSUER, jwks_uri: "https://localhost/jwks" }],
    ["a jwks_uri below localhost", { issuer: ISSUER, jwks_uri: "https://keys.localhost./jwks" }],
    ["a private address", { issuer: ISSUER, jwks_uri: "https://10.0.0.1/jwks" }],
    ["an address written as a number", { issuer: ISSUER, jwks_uri: "https://2852039166/jwks" }],
    ["an IPv6 address", { issuer: ISSUER, jwks_uri: "https://[fd00::1]/jwks" }],
    ["a list", [{ issuer: ISSUER, jwks_uri: KEYS }]],
    ["two jwks_uri", `{"issuer":"${ISSUER}","jwks_uri":"https://evil.example/","jwks_uri":"${KEYS}"}`],
  ])("with %s leads nowhere, and no path is guessed", async (_name, document) => {
    const site = healthy();
    site.pages[DISCOVERY] = document;
    const { keys } = makeFinder({ fetch: site.fetch });
    expect(await outcome(keys.find(ask))).toBe("keys_unavailable");
    expect(site.urls).toEqual([DISCOVERY]);
  });

  it("may name an address or loopback where it came from there itself", async () => {
    const { url, close } = await serve((request, response) => {
      const page = { issuer: ISSUER, jwks_uri: `${url}/jwks` };
      response.end(request.url === "/jwks" ? setOf([a]) : JSON.stringify(page));
    });
    const { keys } = makeFinder();
    expect(await outcome(keys.find(query("a", { location: location(`${url}/discovery`) })))).toBe("found");
    close();
    const inside = "https://10.0.0.1/discovery";
    const site = makeSite({ [inside]: { issuer: ISSUER, jwks_uri: "https://10.0.0.1/jwks" }, "https://10.0.0.1/jwks": setOf([a]) });
    const other = makeFinder({ fetch: site.fetch });
    expect(await outcome(other.keys.find(query("a", { location: location(inside) })))).toBe("found");
  });

  it("recovers soon after a failure", async () => {
    const site = healthy();
    const page = site.pages[DISCOVERY];
    delete site.pages[DISCOVERY];
    const { keys, pass } = makeFinder({ fetch: site.fetch });
    expect(await outcome(keys.find(ask))).toBe("keys_unavailable");
    site.pages[DISCOVERY] = page;
    expect(await outcome(keys.find(ask))).toBe("keys_unavailable");
    expect(site.urls).toHaveLength(1);
    pass(5 * SECOND);
    expect(await outcome(keys.find(ask))).toBe("found");
  });

  it("that fails later does not stop the keys from being renewed, until maxStale", async () => {
    const site = healthy();
    const { keys, pass } = makeFinder({ fetch: site.fetch, maxStale: HOUR });
    await keys.find(ask);
    delete site.pages[DISCOVERY];
    const b = makeKey("b");
    site.pages[KEYS] = setOf([b]);
    pass(10 * MINUTE);
    expect(await outcome(keys.find({ ...ask, kid: "b" }))).toBe("found");
    pass(51 * MINUTE);
    site.urls.length = 0;
    expect(await outcome(keys.find({ ...ask, kid: "b" }))).toBe("found");
    expect(site.urls).toEqual([DISCOVERY]);
    pass(10 * MINUTE);
    expect(await outcome(keys.find({ ...ask, kid: "b" }))).toBe("keys_unavailable");
  });

  it("is asked again when the keys are no longer where it said", async () => {
    const site = healthy();
    const { keys, pass } = makeFinder({ fetch: site.fetch });
    await keys.find(ask);
    const moved = "https://keys.example/moved";
    delete site.pages[KEYS];
    site.pages[moved] = setOf([makeKey("b")]);
    site.pages[DISCOVERY] = { issuer: ISSUER, jwks_uri: moved };
    pass(30 * SECOND);
    expect(await outcome(keys.find({ ...ask, kid: "b" }))).toBe("keys_unavailable");
    pass(5 * SECOND);
    expect(await outcome(keys.find({ ...ask, kid: "b" }))).toBe("found");
  });

  it("is asked again when the clock was set back", async () => {
    const site = healthy();
    const { keys, pass } = makeFinder({ fetch: site.fetch });
    await keys.find(ask);
    pass(-HOUR);
    await keys.find(ask);
    expect(site.urls).toEqual([DISCOVERY, KEYS, DISCOVERY, KEYS]);
  });

  it("of one issuer is never another's, though they share its address", async () => {
    const site = healthy();
    const { keys } = makeFinder({ fetch: site.fetch });
    await keys.find(ask);
    const other = { ...ask, location: location(DISCOVERY, "https://other.example") };
    expect(await outcome(keys.find(other))).toBe("keys_unavailable");
    expect(await outcome(keys.find({ ...ask, location: { kind: "jwks", url: DISCOVERY } }))).toBe("keys_unavailable");
  });
});

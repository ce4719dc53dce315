import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDoor } from "./fault-kit.ts";
import { type Answer, FAULTS, GOOD } from "./faults.ts";
import { HOUR, MINUTE, SECOND, serve } from "./kit.ts";

/** A place of the site: the document that belongs there, how it is answered, and how often it was asked for. */
interface Page {
  document: string;
  answer: Answer;
  requests: number;
}

const DOWN = "ERROR keys_unavailable";
const good: Answer = (response, document) => response.end(document);

const pages = new Map<string, Page>();
let site: Awaited<ReturnType<typeof serve>>;

beforeAll(async () => {
  site = await serve((request, response) => {
    const page = pages.get(request.url ?? "");
    if (page === undefined) return void response.writeHead(404).end();
    page.requests++;
    page.answer(response, page.document);
  });
  // Redirects lead here.
  addPage("/good", good);
});
afterAll(() => site.close());

function addPage(path: string, answer: Answer, document = "{}"): Page {
  const page = { document, answer, requests: 0 };
  pages.set(path, page);
  return page;
}

/** An authorizer, and the key set of its issuer at a place of its own. */
async function publish(path: string, answer: Answer) {
  const door = await openDoor({ jwksUri: `${site.url}${path}` });
  return { ...door, keys: addPage(path, answer, JSON.stringify({ keys: [door.good] })) };
}

describe("a key set", () => {
  it.concurrent.each(Object.entries(GOOD))("%s: a good token is let in", async (name, answer) => {
    const { keys, lines, askAtOnce } = await publish(`/cold/${name}`, answer);
    expect(await askAtOnce(5)).toEqual(["allowed"]);
    expect([lines, keys.requests]).toEqual([[], 1]);
  });

  it.concurrent.each(Object.entries(FAULTS))("%s: a cold authorizer fails, until the issuer is well again", async (name, answer) => {
    const { keys, lines, ask, askAtOnce, pass } = await publish(`/cold/${name}`, answer);
    expect(await askAtOnce(5)).toEqual(["keys_unavailable"]);
    expect(await ask()).toBe("keys_unavailable");
    expect([lines, keys.requests]).toEqual([Array(6).fill(DOWN), 1]);
    pass(6 * SECOND);
    expect(await ask()).toBe("keys_unavailable");
    expect([lines, keys.requests]).toEqual([Array(7).fill(DOWN), 2]);
    keys.answer = good;
    pass(66 * SECOND);
    expect([await ask(), lines.length, keys.requests]).toEqual(["allowed", 7, 3]);
  });

  it.concurrent.each(Object.entries(FAULTS))("%s: no key that was held is evicted, until maxStale", async (name, answer) => {
    const { keys, lines, ask, askAtOnce, pass } = await publish(`/held/${name}`, good);
    expect(await ask()).toBe("allowed");
    keys.answer = answer;
    pass(10 * MINUTE);
    expect([await askAtOnce(5), await ask(), lines, keys.requests]).toEqual([["allowed"], "allowed", [], 2]);
    // Nobody can tell whether the issuer has this key by now.
    expect(await ask({ header: { kid: "made-up" } })).toBe("keys_unavailable");
    expect([lines, keys.requests]).toEqual([[DOWN], 2]);
    pass(23 * HOUR);
    expect([await ask(), lines, keys.requests]).toEqual(["allowed", [DOWN], 3]);
    pass(HOUR);
    expect([await ask(), lines, keys.requests]).toEqual(["keys_unavailable", [DOWN, DOWN], 4]);
  });
});

describe("a discovery document", () => {
  const DISCOVERY_FAULTS: Readonly<Record<string, Answer>> = {
    ...FAULTS,
    "of another issuer": (response, document) => response.end(document.replace(/"issuer":"[^"]*"/, '"issuer":"https://evil.example"')),
    "without an issuer": (response, document) => response.end(document.replace('"issuer"', '"name"')),
    "without an address": (response, document) => response.end(document.replace('"jwks_uri"', '"keys"')),
    "with an address that is none": (response, document) => response.end(document.replace(/"jwks_uri":"[^"]*"/, '"jwks_uri":"keys"')),
    "with an address that is not safe": (response, document) => response.end(document.replace("127.0.0.1", "10.0.0.1")),
  };

  /** An authorizer whose issuer is discovered: its document, and the key set where that leads. */
  async function discover(path: string, answer: Answer) {
    const issuer = `${site.url}${path}`;
    const door = await openDoor({ issuer });
    const keys = addPage(`${path}/keys`, good, JSON.stringify({ keys: [door.good] }));
    const document = JSON.stringify({ jwks_uri: `${issuer}/keys`, issuer });
    return { ...door, keys, discovery: addPage(`${path}/.well-known/openid-configuration`, answer, document) };
  }

  it.concurrent.each(Object.entries(DISCOVERY_FAULTS))("%s: a cold authorizer fails, and no keys are asked for", async (name, answer) => {
    const { discovery, keys, lines, ask, askAtOnce, pass } = await discover(`/cold-site/${encodeURIComponent(name)}`, answer);
    expect([await askAtOnce(5), await ask()]).toEqual([["keys_unavailable"], "keys_unavailable"]);
    expect([lines, discovery.requests, keys.requests]).toEqual([Array(6).fill(DOWN), 1, 0]);
    discovery.answer = good;
    pass(6 * SECOND);
    expect([await ask(), lines.length, discovery.requests, keys.requests]).toEqual(["allowed", 6, 2, 1]);
  });

  it.concurrent.each(Object.entries(DISCOVERY_FAULTS))("%s: nothing changes where a good one was followed before", async (name, answer) => {
    const { discovery, keys, lines, ask, askAtOnce, pass } = await discover(`/held-site/${encodeURIComponent(name)}`, good);
    expect(await ask()).toBe("allowed");
    discovery.answer = answer;
    pass(10 * MINUTE);
    expect([await askAtOnce(5), await ask()]).toEqual([["allowed"], "allowed"]);
    expect([lines, discovery.requests, keys.requests]).toEqual([[], 2, 2]);
    // The keys are gone too: those that are held go on working.
    keys.answer = answer;
    pass(10 * MINUTE);
    expect([await askAtOnce(5), await ask()]).toEqual([["allowed"], "allowed"]);
    expect([lines, discovery.requests, keys.requests]).toEqual([[], 3, 3]);
  });
});

it("no redirect was followed", () => {
  expect(pages.get("/good")?.requests).toBe(0);
});

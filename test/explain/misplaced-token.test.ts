import { beforeAll, describe, expect, it } from "vitest";
import { withoutTokens } from "../../src/explain/safe-text.ts";
import { allOf, createKit, encode, type Kit } from "./kit.ts";

const HEADERS = [
  '{"alg":"RS256"}',
  '{ "alg":"RS256"}',
  '{\n"alg":"RS256"}',
  '{\n  "alg":"RS256"}',
  '{\r\n  "alg":"RS256"}',
  '{\n\t"alg":"RS256"}',
  '{\t"alg":"RS256"}',
];
const base64url = (text: string) => Buffer.from(text).toString("base64url");
const REST = `${encode({ sub: "somebody" })}.${base64url("a signature")}`;

describe("text that is no token, and has one in it", () => {
  it.each(HEADERS)("is shown without it, however its header %j is spaced", (header) => {
    const token = `${base64url(header)}.${REST}`;
    expect(withoutTokens(`GET /by/${token}/items`)).toBe("GET /by/<token>/items");
    expect(withoutTokens(`${token} and x-${token}`)).toBe("<token> and x-<token>");
    expect(withoutTokens(`x${token.replaceAll(".", "%2E")}`)).toBe("x<token>");
    expect(withoutTokens(`There is no ${token}. Write it.`)).toBe("There is no <token>. Write it.");
    expect(withoutTokens(token.slice(0, 16))).toBe("<token>");
  });

  it.each(["GET /orders/{id}", "/newport-beach-orders", "/eyelets/eyebright-eyeliner", "eyJ", "eyAAAAAAAAAAAAAAAA", ""])(
    "is left as it is: %s",
    (text) => {
      expect(withoutTokens(text)).toBe(text);
    },
  );
});

describe("a route with a token in it", () => {
  let kit: Kit;
  let token: string;
  beforeAll(async () => {
    kit = await createKit();
    token = await kit.good("pool");
  });
  const pieces = (text: string) =>
    token
      .split(".")
      .flatMap((part) => [part.slice(0, 12), part.slice(-12)])
      .filter((piece) => text.includes(piece));

  it.each([
    ["GET /<token>", (one: string) => `GET /${one}`],
    ["<token>", (one: string) => one],
    ["GET /orders/<token>", (one: string) => `GET /orders/${one}`],
    ["GET /orders/<token>/x", (one: string) => `GET /orders/${one}/x`],
  ])("is shown as %s", async (shown, write) => {
    const explanation = await kit.explain(token, { route: write(token) });
    expect(explanation.route).toBe(shown);
    expect(pieces(allOf(explanation))).toEqual([]);
    // Another token than the one that is explained is none of its text.
    const other = await kit.explain("nonsense", { route: write(token), unverified: true });
    expect(pieces(allOf(other))).toEqual([]);
  });

  it("is still the route that the path belongs to", async () => {
    const { verdict, steps } = await kit.explain(token, { route: `GET /orders/${token}` });
    expect([verdict, steps.find(({ id }) => id === "route")?.actual]).toEqual(["allowed", "GET /orders/{id}"]);
  });
});

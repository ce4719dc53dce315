import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as LIBRARY from "../../src/index.ts";
import { createVerifier, defineGateway, oidc } from "../../src/index.ts";
import { isAccessTokenType, payloadType } from "../../src/providers/checks.ts";
import { isGuid, isHostName } from "../../src/providers/setup.ts";
import { translateAll } from "../../src/providers/vocabulary.ts";
import { createTestTokens } from "../../src/testing/index.ts";
import { PROVIDERS } from "./fixtures/index.ts";

const GUID = "a1b2c3d4-0000-4111-8222-333344445555";

it.each([GUID, GUID.toUpperCase()])("%s is a GUID", (text) => expect(isGuid(text)).toBe(true));
it.each([`x${GUID}`, `${GUID}x`, GUID.slice(1), ""])("%j is no GUID", (text) => expect(isGuid(text)).toBe(false));

const LONG = `${"a.".repeat(126)}a`;
it.each(["a.example", "A.Example", "a-1.b.example", "a.example:8443", LONG])("%s is the name of a host", (text) => {
  expect(isHostName(text)).toBe(true);
});
it.each([`${LONG}a`, `b.${LONG}`, "example", "a.example/", "https://a.example", "a.example:", "a.example:123456", "a_b.example", ""])(
  "%s is not",
  (text) => expect(isHostName(text)).toBe(false),
);

it.each([
  ["Bearer", "access"],
  ["ID", "id"],
  ["Refresh", "other"],
  ["Offline", "other"],
  ["Logout", "other"],
  ["bearer", null],
  ["toString", null],
  ["", null],
])("a payload of type %s is of kind %s", (typ, kind) => expect(payloadType({ typ })).toBe(kind));
it("a payload without a type is of no kind", () => expect(payloadType({})).toBeNull());

it.each([
  ["at+jwt", true],
  ["AT+JWT", true],
  ["application/at+jwt", true],
  ["JWT", false],
  [null, false],
])("a header of type %s is an access token's: %s", (typ, expected) => expect(isAccessTokenType(typ)).toBe(expected));

it("names that are dropped leave nothing behind", () => {
  expect(translateAll(["a", "b", "c"], { map: { b: "x" }, rest: "drop" })).toEqual(["x"]);
});

describe("the providers", () => {
  const FOLDER = new URL("../../src/providers/", import.meta.url);

  it("are all in the contract suite, and nothing else is", async () => {
    const modules = await Promise.all(readdirSync(FOLDER).map((file) => import(new URL(file, FOLDER).href)));
    const found = modules.flatMap((module: object) => Object.values(module)).filter((value) => typeof value?.configure === "function");
    expect(found.map(({ name }) => name).toSorted()).toEqual(Object.keys(PROVIDERS).toSorted());
    expect(found.length).toBeGreaterThan(1);
  });

  it.each(Object.entries(PROVIDERS))("%s is known by that name everywhere, with the options it has of its own", (name, fixtures) => {
    const { accepts, refuses, misconfigurations, derivations, options, sample } = fixtures;
    const issuers = [...accepts, ...refuses, ...misconfigurations, ...derivations].map(({ issuer }) => issuer);
    for (const { provider } of [...issuers, ...(sample === null ? [] : [sample.definition])]) {
      expect([provider.name, provider.options]).toEqual([name, options]);
    }
    expect(LIBRARY).toHaveProperty(name, expect.any(Function));
  });
});

describe("a principal", () => {
  const gateway = defineGateway({
    issuers: { shop: oidc({ issuer: "https://shop.example", audience: "api" }) },
    routes: {},
    forward: ["email", "plan", "level", "absent", "tenant"],
  });

  it("has an id with its issuer's name, and of the forwarded claims those that are there", async () => {
    const { jwks, sign } = await createTestTokens(gateway);
    const claims = { sub: "u|1", aud: "api", client_id: "web", plan: null, level: 0 };
    const principal = await createVerifier(gateway, { jwks }).verify(await sign("shop", { claims }));
    expect(principal.id).toBe("shop|u|1");
    expect(principal.claims).toStrictEqual({ level: 0 });
  });
});

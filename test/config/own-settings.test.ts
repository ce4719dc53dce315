import { afterEach, describe, expect, it } from "vitest";
import { defineGateway, type GatewayOptions, type IssuerDefinition, oidc } from "../../src/index.ts";
import type { LiveCheck } from "../../src/live/live-check.ts";
import type { OidcOptions } from "../../src/providers/oidc.ts";
import { problemsIn } from "./problems.ts";

const base = { issuer: "https://idp.example", audience: "https://api.example" };
const routes = { "GET /": "authenticated" } as const;
const start = (main: IssuerDefinition, more: Partial<GatewayOptions> = {}) => defineGateway({ issuers: { main }, routes, ...more });
const pathsOf = (options: object) => problemsIn(() => start(oidc(options as OidcOptions))).map(({ path }) => path);
const settingsOf = (options: object) => start(oidc(options as OidcOptions)).issuers[0]?.settings;

describe("only an issuer's own settings are settings", () => {
  it("options that are all inherited are missing", () => {
    expect(pathsOf(Object.create({ ...base, clockSkew: "900d" }))).toEqual(["issuers.main.issuer", "issuers.main.audience"]);
  });

  it("a method does not make them another kind of object", () => {
    expect(pathsOf(Object.create({ ...base, open: () => null }))).toEqual(["issuers.main.issuer", "issuers.main.audience"]);
  });

  it("a way to ask may be an object of any class", () => {
    class Live implements LiveCheck {
      check() {}
      open() {
        return { isLive: () => Promise.resolve(true) };
      }
    }
    const liveCheck = new Live();
    expect(settingsOf({ ...base, liveCheck })?.liveCheck).toBe(liveCheck);
  });

  it("the getters of a class are none of its objects' own", () => {
    class Options {
      get issuer() {
        return base.issuer;
      }
      get audience() {
        return "*";
      }
    }
    expect(pathsOf(new Options())).toEqual(["issuers.main.issuer", "issuers.main.audience"]);
  });

  it("what the own ones inherit beside them is not read", () => {
    const inherited = { clockSkew: "900d", maxLifetime: null, algorithms: ["PS256"], clientIds: ["web"], jwksUri: "https://keys.example" };
    const { issuers } = start(oidc(Object.assign(Object.create(inherited), base)));
    expect(issuers).toEqual([expect.objectContaining({ keyLocations: [expect.objectContaining({ kind: "discovery" })] })]);
    expect(issuers[0]?.settings).toEqual(settingsOf(base));
  });

  it("nor in the vocabulary", () => {
    const options = { ...base, vocabulary: { roles: Object.create({ rest: "pass" }) } };
    expect(pathsOf(options)).toEqual(["issuers.main.vocabulary.roles.rest"]);
  });

  it("a setting is looked at once: what is checked is what is used", () => {
    let reads = 0;
    const options = Object.defineProperty({ ...base }, "clockSkew", { enumerable: true, get: () => (reads++ === 0 ? "60s" : "900d") });
    expect(settingsOf(options)?.clockSkew).toBe(60);
  });
});

describe("a started gateway stays as it was checked", () => {
  it("whatever becomes of the lists it was made from", () => {
    const [audience, clientIds, map, forward] = [["api"], ["web"], { a: "b" } as Record<string, string>, ["plan"]];
    const gateway = start(oidc({ ...base, audience, clientIds, vocabulary: { roles: { map, rest: "drop" } } }), { forward });
    audience.push("other");
    clientIds.push("other");
    map["user"] = "admin";
    forward.push("access_token");
    expect(gateway.issuers[0]?.settings).toMatchObject({ audience: ["api"], clientIds: ["web"] });
    expect(gateway.issuers[0]?.settings.vocabulary.roles?.map).toEqual({ a: "b" });
    expect(gateway.forward).toEqual(["plan"]);
  });

  it("and nobody who holds it can lengthen them", () => {
    const { issuers, forward } = start(oidc({ ...base, audience: ["api"] }), { forward: ["plan"] });
    for (const list of [issuers[0]?.settings.audience, forward] as string[][]) expect(() => list.push("other")).toThrow(TypeError);
    expect([issuers[0]?.settings.audience, forward]).toEqual([["api"], ["plan"]]);
  });
});

describe("only a gateway's own options are options", () => {
  const plain = { issuers: { main: oidc(base) }, routes };

  it("what they inherit is not read", () => {
    const inherited = { forward: ["email"], keys: { maxStale: "900d" }, webSocketCredential: { queryParameter: "t" } };
    const gateway = defineGateway(Object.assign(Object.create(inherited), plain));
    const { forward, keys, webSocketCredential } = defineGateway(plain);
    expect(gateway).toMatchObject({ forward, keys, webSocketCredential });
  });

  it("nor in their parts", () => {
    const keys = Object.create({ maxStale: "900d" });
    const webSocketCredential = Object.create({ queryParameter: "t" });
    const gateway = defineGateway({ ...plain, keys, webSocketCredential });
    expect(gateway).toMatchObject({ keys: { maxStale: 86_400 }, webSocketCredential: { queryParameter: null } });
  });

  it("routes and issuers that are inherited are missing", () => {
    expect(problemsIn(() => defineGateway(Object.create(plain))).map(({ path }) => path)).toEqual(["issuers", "routes"]);
  });
});

describe("members that all objects were given", () => {
  const everything: object = Object.prototype;
  const members: Readonly<Record<string, unknown>> = {
    clockSkew: "900d",
    jwksUri: "https://keys.example",
    maxStale: "900d",
    forward: ["email"],
    queryParameter: "t",
  };
  afterEach(() => {
    for (const name in members) Reflect.deleteProperty(everything, name);
  });

  it.each(Object.entries(members))("%s is no setting", (name, value) => {
    const expected = JSON.stringify(start(oidc(base)));
    Object.defineProperty(everything, name, { value, configurable: true });
    expect(JSON.stringify(start(oidc(base), { keys: {}, webSocketCredential: {} }))).toBe(expected);
  });
});

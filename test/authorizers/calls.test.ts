import { beforeAll, describe, expect, it } from "vitest";
import {
  appSyncAuthorizer,
  createVerifier,
  httpAuthorizer,
  httpPolicyAuthorizer,
  resourceMetadata,
  restRequestAuthorizer,
  restTokenAuthorizer,
  verifyingGuard,
  webSocketAuthorizer,
} from "../../src/index.ts";
import { clock, createSample, gateway, type Sample } from "../authorize/sample.ts";
import { problemsIn } from "../config/problems.ts";

/** As plain JavaScript calls them: with anything. */
type Call = (gateway: unknown, options?: unknown) => unknown;

const CALLS: Readonly<Record<string, Call>> = {
  createVerifier: createVerifier as Call,
  httpAuthorizer: httpAuthorizer as Call,
  httpPolicyAuthorizer: httpPolicyAuthorizer as Call,
  restRequestAuthorizer: restRequestAuthorizer as Call,
  restTokenAuthorizer: restTokenAuthorizer as Call,
  webSocketAuthorizer: webSocketAuthorizer as Call,
  appSyncAuthorizer: (given, options = {}) =>
    (appSyncAuthorizer as Call)(given, options === null ? null : { rule: "authenticated", ...(options as object) }),
  verifyingGuard: (given, options) => verifyingGuard(given as never, async () => null, options as never),
};

let sample: Sample;
beforeAll(async () => {
  sample = await createSample();
});

describe.each(Object.entries(CALLS))("%s", (name, call) => {
  it.each([
    ["nothing", undefined, "undefined"],
    ["null", null, "null"],
    ["a module", { default: gateway }, "an object"],
    ["a configuration that was not checked", { issuers: {}, routes: {} }, "an object"],
    ["a function", () => gateway, "a function"],
  ])("does not start with %s for a gateway", (_, given, kind) => {
    const fix = "Give what `defineGateway` answers; of a module, its `default`.";
    expect(problemsIn(() => call(given))).toEqual([{ path: name, message: `the gateway is ${kind}.`, fix }]);
  });

  it("does not start with a misspelt option, and says what was meant", () => {
    const problems = [{ path: `${name}.clok`, message: "is not a known option.", fix: "Did you mean `clock`?" }];
    expect(problemsIn(() => call(gateway, { clok: clock }))).toEqual(problems);
  });

  it("does not start with options that are none", () => {
    expect(problemsIn(() => call(gateway, null))).toMatchObject([{ path: name, message: "the options are null." }]);
  });

  it("does not start with the keys of an issuer that it does not have", () => {
    const jwks = { ...sample.jwks, shopp: { keys: [] } };
    const problem = { path: `${name}.jwks.shopp`, message: "is not a known issuer.", fix: "Did you mean `shop`?" };
    expect(problemsIn(() => call(gateway, { jwks }))).toEqual([problem]);
  });

  it("starts with every option that there is, and without any", () => {
    const options = { clock, jwks: sample.jwks, snapshot: {}, prefetch: false, fetch: () => expect.unreachable() };
    const observed = { log: () => {}, sampleAllowed: 0, random: () => 0, metrics: null, stopwatch: () => 0 };
    expect(problemsIn(() => call(gateway, { ...options, ...observed }))).toEqual([]);
    expect(problemsIn(() => call(gateway))).toEqual([]);
  });
});

describe("denials of an HTTP API's authorizer", () => {
  it.each(["gateway", "guard", "guard-uncached", undefined])("may be %j", (denials) => {
    expect(problemsIn(() => CALLS["httpAuthorizer"]?.(gateway, { denials }))).toEqual([]);
  });

  it.each(["gaurd", "toString", "", null, true])("may not be %j", (denials) => {
    const fix = "Use one of: gateway, guard, guard-uncached.";
    const problem = { path: "httpAuthorizer.denials", message: "is not a known value.", fix };
    expect(problemsIn(() => CALLS["httpAuthorizer"]?.(gateway, { denials }))).toEqual([problem]);
  });

  it("are no option of other authorizers", () => {
    expect(problemsIn(() => CALLS["restTokenAuthorizer"]?.(gateway, { denials: "guard" }))).toMatchObject([
      { path: "restTokenAuthorizer.denials" },
    ]);
  });
});

it("a verifying guard does not start without a handler, and takes the URL of the API's description", () => {
  expect(problemsIn(() => verifyingGuard(gateway, undefined as never))).toMatchObject([
    { path: "verifyingGuard", message: "the handler is undefined, not a function." },
  ]);
  const options = { resourceMetadata: "https://api.example.com/.well-known/oauth-protected-resource" };
  expect(problemsIn(() => verifyingGuard(gateway, async () => null, options))).toEqual([]);
});

it.each([
  ["no https URL, whatever its query", "http://api.example?a=b", "is not an https URL."],
  ["a list", ["https://api.example?a=b"], "is a list, not a string."],
])("the description of an API says one thing about a resource that is %s", (_, resource, message) => {
  expect(problemsIn(() => (resourceMetadata as Call)(gateway, { resource }))).toMatchObject([
    { path: "resourceMetadata.resource", message },
  ]);
});

it("an AppSync authorizer does not start without options, which hold its rule", () => {
  expect(problemsIn(() => (appSyncAuthorizer as Call)(gateway))).toMatchObject([
    { path: "appSyncAuthorizer", message: "the options are undefined." },
  ]);
});

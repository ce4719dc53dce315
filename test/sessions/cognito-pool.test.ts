import { describe, expect, it } from "vitest";
import { cognitoSessions, type CognitoSessionsOptions, usernameOf } from "../../src/sessions/cognito-sessions.ts";
import { testPrincipal } from "../../src/testing/index.ts";

const POOL = "eu-west-1_SamplePool";

/** A pool that answers as it is told, and what it was asked. */
function make(options: Partial<CognitoSessionsOptions> = {}, answer: () => unknown = () => ({})) {
  const asked: [name: string, input: unknown][] = [];
  const send = async (command: object) => {
    asked.push([command.constructor.name, (command as { readonly input: unknown }).input]);
    return answer();
  };
  return { asked, provider: cognitoSessions({ userPoolId: POOL, client: { send }, ...options }) };
}

const una = testPrincipal({ subject: "una", clientId: "web" });

describe("the end of a session", () => {
  it("is asked of the pool with the token's client, and its secret where it has one of its own", async () => {
    const plain = make();
    expect(await plain.provider.endSession(una, "r")).toBe("done");
    expect(plain.asked).toStrictEqual([["RevokeTokenCommand", { Token: "r", ClientId: "web" }]]);
    const inherited = make({ clientSecrets: { other: "hush" } });
    await inherited.provider.endSession({ ...una, clientId: "toString" }, "r");
    expect(inherited.asked).toStrictEqual([["RevokeTokenCommand", { Token: "r", ClientId: "toString" }]]);
    const secret = make({ clientSecrets: { web: "hush" } });
    await secret.provider.endSession(una, "r");
    expect(secret.asked).toStrictEqual([["RevokeTokenCommand", { Token: "r", ClientId: "web", ClientSecret: "hush" }]]);
  });

  it.each([
    ["no refresh token", una, null],
    ["no client", { ...una, clientId: null }, "r"],
  ])("cannot be asked for with %s", async (_what, principal, token) => {
    const { asked, provider } = make();
    expect([await provider.endSession(principal, token), asked]).toEqual(["skipped", []]);
  });
});

describe("the end of all sessions", () => {
  it("is asked for with the caller's own token, and not at all without one", async () => {
    const { asked, provider } = make();
    expect([await provider.endAllSessions(una, "a"), await provider.endAllSessions(una, null)]).toEqual(["done", "skipped"]);
    expect(asked).toEqual([["GlobalSignOutCommand", { AccessToken: "a" }]]);
  });

  it("is asked for by name where an administrator's way was chosen, which needs no token", async () => {
    const { asked, provider } = make({ everywhere: "admin" });
    expect(await provider.endAllSessions(una, null)).toBe("done");
    expect(asked).toEqual([["AdminUserGlobalSignOutCommand", { UserPoolId: POOL, Username: "una" }]]);
  });

  it.each([
    [{}, "una"],
    [{ username: "Federated_1" }, "Federated_1"],
    [{ username: 7 }, "una"],
  ])("with the claims %j it is asked for by the name %s", (claims, name) => expect(usernameOf({ ...una, claims })).toBe(name));
});

describe("a pool that refuses", () => {
  const refused = (name: string, message: string) => () => Promise.reject(Object.assign(new Error(message), { name }));

  it.each(["Access Token has been revoked", "Token Revoked"])("because of %s had nothing left to end", async (message) => {
    expect(await make({}, refused("NotAuthorizedException", message)).provider.endSession(una, "r")).toBe("already");
  });

  it.each([
    ["NotAuthorizedException", "Access Token does not have required scopes"],
    ["InternalErrorException", "revoked"],
  ])("with %s: %s failed", async (name, message) => {
    await expect(make({}, refused(name, message)).provider.endAllSessions(una, "a")).rejects.toThrow(message);
  });

  it("with something that is no error failed", async () => {
    const odd = { name: "NotAuthorizedException", message: "revoked" };
    const throwsOdd = () => {
      // oxlint-disable-next-line typescript/only-throw-error -- that is what is tried
      throw odd;
    };
    await expect(make({}, throwsOdd).provider.endSession(una, "r")).rejects.toBe(odd);
  });
});

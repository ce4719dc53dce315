import { RevokeTokenCommand } from "@aws-sdk/client-cognito-identity-provider";
import { decodeJwt } from "jose";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PERSONA_PASSWORD } from "../../../local/personas.ts";
import { CLIENT_ID, initiate, MACHINE_CLIENT_ID, POOL_ID, respond, signIn, startPool, type TestPool } from "./pool.ts";

let pool: TestPool;
beforeEach(async () => void (pool = await startPool()));
afterEach(() => pool.stop());

const refusal = (name: string, message: string | RegExp) => ({
  name,
  message: expect.stringMatching(message),
  $metadata: { httpStatusCode: 400 },
});

describe("a password", () => {
  it.each(["alice", "alice@customers.example"])("signs in %s with an access, an ID and a refresh token", async (name) => {
    const { AuthenticationResult: tokens } = await initiate(pool, { USERNAME: name, PASSWORD: PERSONA_PASSWORD });
    expect(tokens).toMatchObject({ ExpiresIn: 3600, TokenType: "Bearer", RefreshToken: expect.any(String) });
    const access = decodeJwt(tokens?.AccessToken ?? "");
    const id = decodeJwt(tokens?.IdToken ?? "");
    expect(access).toMatchObject({
      iss: `https://cognito-idp.eu-west-1.amazonaws.com/${POOL_ID}`,
      client_id: CLIENT_ID,
      token_use: "access",
      username: "alice",
      scope: "aws.cognito.signin.user.admin",
    });
    expect(id).toMatchObject({ token_use: "id", aud: CLIENT_ID, sub: access.sub });
    expect(id["origin_jti"]).toBe(access["origin_jti"]);
  });

  it("that is wrong is answered like a name that nobody has", async () => {
    const wrong = refusal("NotAuthorizedException", "^Incorrect username or password.$");
    await expect(initiate(pool, { USERNAME: "alice", PASSWORD: "a-guess" })).rejects.toMatchObject(wrong);
    await expect(initiate(pool, { USERNAME: "mallory", PASSWORD: PERSONA_PASSWORD })).rejects.toMatchObject(wrong);
    await expect(initiate(pool, { USERNAME: "customers-machine", PASSWORD: PERSONA_PASSWORD })).rejects.toMatchObject(wrong);
  });

  it.each([
    ["a client that nobody has", { ClientId: "other" }, "ResourceNotFoundException", "other does not exist"],
    ["a machine client", { ClientId: MACHINE_CLIENT_ID }, "InvalidParameterException", "not enabled for this client"],
    ["a flow that is not enabled", { AuthFlow: "USER_SRP_AUTH" }, "InvalidParameterException", "USER_SRP_AUTH flow not enabled"],
    ["no password", { AuthParameters: { USERNAME: "alice" } }, "InvalidParameterException", "Missing required parameter PASSWORD"],
  ] as const)("is refused with %s", async (_, changes, name, message) => {
    await expect(initiate(pool, { USERNAME: "alice", PASSWORD: PERSONA_PASSWORD }, changes)).rejects.toMatchObject(refusal(name, message));
  });
});

describe("a second factor", () => {
  const challenge = async () => {
    const answer = await initiate(pool, { USERNAME: "carol", PASSWORD: PERSONA_PASSWORD });
    expect(answer.AuthenticationResult).toBeUndefined();
    expect(answer.ChallengeName).toBe("SOFTWARE_TOKEN_MFA");
    return answer.Session;
  };

  it("is asked for, and is in the tokens", async () => {
    const { AuthenticationResult: tokens } = await respond(pool, await challenge(), "carol", pool.authenticatorCode("carol"));
    expect(decodeJwt(tokens?.AccessToken ?? "")).toMatchObject({ username: "carol", amr: ["pwd", "otp", "mfa"] });
    const { access } = await signIn(pool, "alice");
    expect(decodeJwt(access)["amr"]).toBeUndefined();
  });

  it("must be right, and can be tried again, five times", async () => {
    const session = await challenge();
    const wrong = pool.authenticatorCode("carol") === "000000" ? "000001" : "000000";
    for (let attempt = 0; attempt < 4; attempt += 1) {
      await expect(respond(pool, session, "carol", wrong)).rejects.toMatchObject(refusal("CodeMismatchException", "Invalid code"));
    }
    expect((await respond(pool, session, "carol", pool.authenticatorCode("carol"))).AuthenticationResult?.AccessToken).toBeDefined();
    const next = await challenge();
    for (let attempt = 0; attempt < 5; attempt += 1) await expect(respond(pool, next, "carol", wrong)).rejects.toThrow();
    pool.wait(30_000);
    await expect(respond(pool, next, "carol", pool.authenticatorCode("carol"))).rejects.toMatchObject({ name: "LimitExceededException" });
  });

  it("is good once", async () => {
    const code = pool.authenticatorCode("carol");
    await respond(pool, await challenge(), "carol", code);
    const again = respond(pool, await challenge(), "carol", code);
    await expect(again).rejects.toMatchObject(refusal("ExpiredCodeException", "already been used once"));
  });

  it("comes in time, for the same user, in the same sign-in", async () => {
    const session = await challenge();
    const elsewhere = refusal("NotAuthorizedException", "Invalid session for the user");
    await expect(respond(pool, "another", "carol", pool.authenticatorCode("carol"))).rejects.toMatchObject(elsewhere);
    await expect(respond(pool, session, "alice", pool.authenticatorCode("alice"))).rejects.toMatchObject(elsewhere);
    pool.wait(180_000);
    await expect(respond(pool, session, "carol", pool.authenticatorCode("carol"))).rejects.toMatchObject(elsewhere);
  });
});

describe("a refresh token", () => {
  const refresh = (token: string) => initiate(pool, { REFRESH_TOKEN: token }, { AuthFlow: "REFRESH_TOKEN_AUTH" });

  it("continues its session with new tokens, and stays good", async () => {
    const tokens = await signIn(pool, "alice");
    const { AuthenticationResult: first } = await refresh(tokens.refresh);
    const { AuthenticationResult: second } = await refresh(tokens.refresh);
    expect(first?.RefreshToken).toBeUndefined();
    const [before, after] = [decodeJwt(tokens.access), decodeJwt(second?.AccessToken ?? "")];
    expect(after["origin_jti"]).toBe(before["origin_jti"]);
    expect(after.jti).not.toBe(before.jti);
  });

  it("that is revoked or made up is refused", async () => {
    const tokens = await signIn(pool, "alice");
    await pool.client.send(new RevokeTokenCommand({ Token: tokens.refresh, ClientId: CLIENT_ID }));
    await expect(refresh(tokens.refresh)).rejects.toMatchObject(refusal("NotAuthorizedException", "Refresh Token has been revoked"));
    await expect(refresh("made-up")).rejects.toMatchObject(refusal("NotAuthorizedException", "Invalid Refresh Token"));
  });
});

import {
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminGetUserCommand,
  AdminUserGlobalSignOutCommand,
  ConfirmForgotPasswordCommand,
  DescribeUserPoolClientCommand,
  DescribeUserPoolCommand,
  ForgotPasswordCommand,
  GetUserCommand,
  GlobalSignOutCommand,
  RevokeTokenCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { issue } from "../../../local/identity-provider/issue.ts";
import { PERSONA_PASSWORD } from "../../../local/personas.ts";
import { CLIENT_ID, initiate, MACHINE_CLIENT_ID, POOL_ID, signIn, startPool, type TestPool } from "./pool.ts";

let pool: TestPool;
beforeEach(async () => void (pool = await startPool()));
afterEach(() => pool.stop());

const getUser = (token: string) => pool.client.send(new GetUserCommand({ AccessToken: token }));
const signOut = (token: string) => pool.client.send(new GlobalSignOutCommand({ AccessToken: token }));
const revoke = (token: string, clientId = CLIENT_ID) => pool.client.send(new RevokeTokenCommand({ Token: token, ClientId: clientId }));
const named = (name: string) => ({ UserPoolId: POOL_ID, Username: name });
const notAuthorized = (message: string) => ({ name: "NotAuthorizedException", message });
const REVOKED = notAuthorized("Access Token has been revoked");

describe("GetUser", () => {
  it("tells the user's name and attributes", async () => {
    const { access } = await signIn(pool, "alice");
    const { Username, UserAttributes } = await getUser(access);
    expect(Username).toBe("alice");
    expect(UserAttributes).toContainEqual({ Name: "email", Value: "alice@customers.example" });
  });

  it("refuses a token that has expired, was spoilt, is an ID token, is nobody's or lacks the scope", async () => {
    const { access, id } = await signIn(pool, "alice");
    const [alice] = pool.twin.personas;
    if (alice === undefined) throw new Error("no alice");
    const session = pool.twin.sessions.start(alice, CLIENT_ID);
    const narrow = await issue(pool.twin, session, { now: Math.floor(Date.now() / 1000), exactScopes: ["openid"] });
    await expect(getUser(narrow)).rejects.toMatchObject(notAuthorized("Access Token does not have required scopes"));
    for (const token of [id, `${access.slice(0, -6)}AAAAAA`, "made-up"]) {
      await expect(getUser(token)).rejects.toMatchObject(notAuthorized("Invalid Access Token"));
    }
    pool.wait(3_600_000);
    await expect(getUser(access)).rejects.toMatchObject(notAuthorized("Access Token has expired"));
  });

  it("refuses a token that the pool's key signed and the pool never issued", async () => {
    const { access } = await signIn(pool, "alice");
    const tampered = await issue(pool.twin, pool.twin.sessions.start(pool.twin.personas[0] as never, CLIENT_ID), {
      now: Math.floor(Date.now() / 1000),
      variant: "other-key",
    });
    expect((await getUser(access)).Username).toBe("alice");
    await expect(getUser(tampered)).rejects.toMatchObject(notAuthorized("Invalid Access Token"));
  });
});

describe("signing out", () => {
  it("everywhere ends every session of the user, and nobody else's", async () => {
    const [phone, laptop, bob] = [await signIn(pool, "alice"), await signIn(pool, "alice"), await signIn(pool, "bob")];
    await signOut(phone.access);
    for (const { access } of [phone, laptop]) await expect(getUser(access)).rejects.toMatchObject(REVOKED);
    await expect(signOut(laptop.access)).rejects.toMatchObject(REVOKED);
    expect((await getUser(bob.access)).Username).toBe("bob");
    expect((await getUser((await signIn(pool, "alice")).access)).Username).toBe("alice");
  });

  it("by an administrator does the same", async () => {
    const { access, refresh } = await signIn(pool, "alice");
    await pool.client.send(new AdminUserGlobalSignOutCommand(named("alice")));
    await expect(getUser(access)).rejects.toMatchObject(REVOKED);
    await expect(initiate(pool, { REFRESH_TOKEN: refresh }, { AuthFlow: "REFRESH_TOKEN_AUTH" })).rejects.toThrow("has been revoked");
  });

  it("of one session leaves the user's others alone", async () => {
    const [phone, laptop] = [await signIn(pool, "alice"), await signIn(pool, "alice")];
    await revoke(phone.refresh);
    await expect(getUser(phone.access)).rejects.toMatchObject(REVOKED);
    expect((await getUser(laptop.access)).Username).toBe("alice");
  });

  it("takes refresh tokens of the same client, and says nothing about those that nobody has", async () => {
    const { access, refresh } = await signIn(pool, "alice");
    await revoke("made-up");
    await expect(revoke(access)).rejects.toMatchObject({ name: "UnsupportedTokenTypeException" });
    await expect(revoke(refresh, MACHINE_CLIENT_ID)).rejects.toMatchObject({ name: "UnauthorizedException" });
    expect((await getUser(access)).Username).toBe("alice");
  });
});

describe("a disabled user", () => {
  it("has no token that is good and gets no other, until enabled again", async () => {
    const { access, refresh } = await signIn(pool, "alice");
    await pool.client.send(new AdminDisableUserCommand(named("alice")));
    const disabled = notAuthorized("User is disabled.");
    await expect(getUser(access)).rejects.toMatchObject(disabled);
    await expect(signIn(pool, "alice")).rejects.toMatchObject(disabled);
    await expect(initiate(pool, { REFRESH_TOKEN: refresh }, { AuthFlow: "REFRESH_TOKEN_AUTH" })).rejects.toMatchObject(disabled);
    expect((await pool.client.send(new AdminGetUserCommand(named("alice")))).Enabled).toBe(false);
    await pool.client.send(new AdminEnableUserCommand(named("alice")));
    await expect(getUser(access)).rejects.toMatchObject(REVOKED);
    expect((await getUser((await signIn(pool, "alice")).access)).Username).toBe("alice");
  });

  it("is shown to those who do not know the password as if nothing had happened", async () => {
    await pool.client.send(new AdminDisableUserCommand(named("alice")));
    await expect(signIn(pool, "alice", "a-guess")).rejects.toThrow("Incorrect username or password.");
  });
});

describe("a forgotten password", () => {
  const forgot = (name: string) => pool.client.send(new ForgotPasswordCommand({ ClientId: CLIENT_ID, Username: name }));
  const confirm = (name: string, code: string, password = "An-other-1") =>
    pool.client.send(new ConfirmForgotPasswordCommand({ ClientId: CLIENT_ID, Username: name, ConfirmationCode: code, Password: password }));
  const another = (code: string) => (code === "000000" ? "000001" : "000000");

  it("is replaced with the code that was sent, once", async () => {
    await forgot("alice");
    await expect(confirm("alice", another(pool.sentCode()))).rejects.toMatchObject({ name: "CodeMismatchException" });
    await expect(confirm("alice", pool.sentCode(), "short")).rejects.toMatchObject({ name: "InvalidPasswordException" });
    await confirm("alice", pool.sentCode());
    await expect(signIn(pool, "alice")).rejects.toThrow("Incorrect username or password.");
    expect((await signIn(pool, "alice", "An-other-1")).access).not.toBe("");
    await expect(confirm("alice", pool.sentCode())).rejects.toMatchObject({ name: "ExpiredCodeException" });
  });

  it("of a name that nobody has is answered like any other", async () => {
    const [known, unknown] = [await forgot("alice"), await forgot("mallory")];
    expect(unknown.CodeDeliveryDetails).toEqual(known.CodeDeliveryDetails);
    await expect(confirm("mallory", "123456")).rejects.toMatchObject({ name: "CodeMismatchException" });
  });

  it("of somebody who is disabled stays as it was", async () => {
    await forgot("alice");
    const before = pool.sentCode();
    await pool.client.send(new AdminDisableUserCommand(named("bob")));
    await forgot("bob");
    expect(pool.sentCode()).toBe(before);
    await expect(confirm("bob", before)).rejects.toMatchObject({ name: "CodeMismatchException" });
  });

  it("of somebody who was disabled since is of no use", async () => {
    await forgot("bob");
    await pool.client.send(new AdminDisableUserCommand(named("bob")));
    await expect(confirm("bob", pool.sentCode())).rejects.toMatchObject({ name: "CodeMismatchException" });
  });

  it("cannot be replaced late, or by guessing", async () => {
    await forgot("alice");
    for (let guess = 0; guess < 5; guess += 1) await expect(confirm("alice", another(pool.sentCode()))).rejects.toThrow("Invalid");
    await expect(confirm("alice", pool.sentCode())).rejects.toMatchObject({ name: "LimitExceededException" });
    await forgot("bob");
    pool.wait(180_000);
    await expect(confirm("bob", pool.sentCode())).rejects.toMatchObject({ name: "ExpiredCodeException" });
  });
});

describe("an administrator", () => {
  it.each(["alice", "alice@customers.example", "b4d8a458-2031-70f2-6c1e-3a5d9b7e0f14"])("finds a user by %s", async (name) => {
    const user = await pool.client.send(new AdminGetUserCommand(named(name)));
    expect(user).toMatchObject({ Username: "alice", Enabled: true, UserStatus: "CONFIRMED" });
    expect(user.UserCreateDate).toBeInstanceOf(Date);
  });

  it("is told who has a second factor", async () => {
    expect(await pool.client.send(new AdminGetUserCommand(named("carol")))).toMatchObject({ UserMFASettingList: ["SOFTWARE_TOKEN_MFA"] });
    expect((await pool.client.send(new AdminGetUserCommand(named("alice")))).UserMFASettingList).toBeUndefined();
  });

  it("is told that a user or a pool does not exist", async () => {
    await expect(pool.client.send(new AdminGetUserCommand(named("mallory")))).rejects.toMatchObject({ name: "UserNotFoundException" });
    const elsewhere = new AdminGetUserCommand({ UserPoolId: "eu-west-1_Other", Username: "alice" });
    await expect(pool.client.send(elsewhere)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  it("reads the settings of the pool and its clients", async () => {
    const { UserPool } = await pool.client.send(new DescribeUserPoolCommand({ UserPoolId: POOL_ID }));
    expect(UserPool).toMatchObject({ Id: POOL_ID, MfaConfiguration: "OPTIONAL", IssuerConfiguration: { Type: "ORIGINAL" } });
    const settings = async (clientId: string) =>
      (await pool.client.send(new DescribeUserPoolClientCommand({ UserPoolId: POOL_ID, ClientId: clientId }))).UserPoolClient;
    expect(await settings(CLIENT_ID)).toMatchObject({ EnableTokenRevocation: true, PreventUserExistenceErrors: "ENABLED" });
    expect(await settings(MACHINE_CLIENT_ID)).toMatchObject({ AllowedOAuthFlows: ["client_credentials"] });
    await expect(settings("other")).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });
});

describe("the protocol", () => {
  const post = (target: string, body: string) =>
    fetch(pool.endpoint, { method: "POST", headers: { "x-amz-target": `AWSCognitoIdentityProviderService.${target}` }, body });
  const type = (response: Response) => [response.status, response.headers.get("x-amzn-errortype")];

  it("asks for a signature where AWS does", async () => {
    const body = JSON.stringify(named("alice"));
    for (const target of ["AdminGetUser", "AdminDisableUser", "AdminUserGlobalSignOut", "DescribeUserPool"]) {
      expect(type(await post(target, body)), target).toEqual([400, "MissingAuthenticationTokenException"]);
    }
    expect((await signIn(pool, "alice", PERSONA_PASSWORD)).access).not.toBe("");
  });

  it("names what it does not have and what it cannot read", async () => {
    for (const target of ["ListUsers", "constructor", ""]) {
      expect(type(await post(target, "{}"))).toEqual([400, "UnknownOperationException"]);
    }
    for (const body of ["", "[]", "{"]) expect(type(await post("GetUser", body))).toEqual([400, "SerializationException"]);
  });
});

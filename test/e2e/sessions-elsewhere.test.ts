import { AdminDisableUserCommand, AdminEnableUserCommand } from "@aws-sdk/client-cognito-identity-provider";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { logoutToken } from "../../local/identity-provider/back-channel.ts";
import { Browser } from "../local/browser.ts";
import { signOut } from "../local/clients.ts";
import type { Received } from "../local/running-provider.ts";
import { KINDS, type KindName } from "./apis.ts";
import { caller, POOL_ID, REMEMBERED, startWorld, type World } from "./sessions-kit.ts";

let world: World;
beforeAll(async () => void (world = await startWorld()));
afterAll(() => world.stop());

const ALL = Object.keys(KINDS) as KindName[];

/** What an issuer sends to the API's back-channel route. */
const form = (token: string): Received => ({
  method: "POST",
  path: "/session/backchannel-logout",
  headers: { "content-type": "application/x-www-form-urlencoded" },
  body: new URLSearchParams({ logout_token: token }).toString(),
});

describe.each(ALL)("%s: after a sign-out at another provider", (kind) => {
  it("the token that it issued is refused, everywhere that had let it pass", async () => {
    const browser = new Browser(world.idp);
    const saskia = await world.signIn("shops", "saskia", browser);
    const [cached, warm] = [world.deploy(kind), world.deploy(kind, { settings: { ttl: 0 } })].map((api) => caller(api, saskia));
    for (const before of [cached, warm]) expect(await before?.status()).toBe(200);
    expect((await signOut(world.idp, "shops", browser)).status).toBe(200);
    world.clock.advance(REMEMBERED);
    for (const after of [cached, warm, caller(world.deploy(kind), saskia)]) {
      expect(await after?.status()).toBe(401);
      expect(after?.reason()).toBe("revoked");
    }
  });
});

describe.each(ALL)("%s: after a user was disabled in the pool", (kind) => {
  it("the tokens that the user holds are refused, and enabling brings none of them back", async () => {
    const [alice, carol] = [await world.signIn("customers", "alice"), await world.signIn("customers", "carol")];
    const [cached, warm] = [world.deploy(kind), world.deploy(kind, { settings: { ttl: 0 } })].map((api) => caller(api, alice));
    for (const before of [cached, warm]) expect(await before?.status()).toBe(200);
    const user = { UserPoolId: POOL_ID, Username: "alice" };
    await world.cognito.send(new AdminDisableUserCommand(user));
    world.clock.advance(REMEMBERED);
    for (const after of [cached, warm, caller(world.deploy(kind), alice)]) {
      expect(await after?.status()).toBe(401);
      expect(after?.reason()).toBe("revoked");
    }
    await world.cognito.send(new AdminEnableUserCommand(user));
    expect(await caller(world.deploy(kind), alice).status()).toBe(401);
    expect(await caller(world.deploy(kind), await world.signIn("customers", "alice")).status()).toBe(200);
    expect(await caller(world.deploy(kind), carol).status()).toBe(200);
  });
});

describe("a sign-out at another provider", () => {
  it("ends the one session, where the tokens say which it is", async () => {
    const [phone, laptop] = [new Browser(world.idp), new Browser(world.idp)];
    const onPhone = await world.signIn("staff", "staff-user", phone);
    const onLaptop = await world.signIn("staff", "staff-user", laptop);
    await signOut(world.idp, "staff", phone);
    expect(await caller(world.deploy("HTTP API"), onPhone).status()).toBe(401);
    expect(await caller(world.deploy("HTTP API"), onLaptop).status()).toBe(200);
  });

  it("leaves the next login alone, even when the logout token is sent again", async () => {
    const browser = new Browser(world.idp);
    const before = await world.signIn("shops", "saskia", browser);
    await signOut(world.idp, "shops", browser);
    const after = await world.signIn("shops", "saskia");
    const sent = world.received.at(-1);
    if (sent === undefined) throw new Error("nothing was sent");
    expect(await world.sendToApi(sent)).toBe(400);
    expect(await caller(world.deploy("HTTP API"), after).status()).toBe(200);
    expect(await caller(world.deploy("HTTP API"), before).status()).toBe(401);
  });

  it("is believed of the issuer only: with its signature", async () => {
    const saskia = await world.signIn("shops", "saskia");
    const twin = world.twinOf("shops");
    const [persona] = twin.personas;
    if (persona === undefined) throw new Error("no saskia");
    const token = await logoutToken(twin, { persona, session: null }, Math.floor(world.clock() / 1000));
    const [header, claims, signature = ""] = token.split(".");
    const send = async (last: string) => world.sendToApi(form(`${header}.${claims}.${last}`));
    expect(await send("A".repeat(signature.length))).toBe(400);
    expect(await caller(world.deploy("HTTP API"), saskia).status()).toBe(200);
    expect(await send(signature)).toBe(200);
    expect(await caller(world.deploy("HTTP API"), saskia).status()).toBe(401);
  });

  it("fails visibly while the table cannot be written, so that the provider sends it again", async () => {
    const browser = new Browser(world.idp);
    const saskia = await world.signIn("shops", "saskia", browser);
    world.setDown(true);
    await signOut(world.idp, "shops", browser);
    world.setDown(false);
    const sent = world.received.at(-1);
    if (sent === undefined) throw new Error("nothing was sent");
    expect(await caller(world.deploy("HTTP API"), saskia).status()).toBe(200);
    expect(await world.sendToApi(sent)).toBe(200);
    expect(await caller(world.deploy("HTTP API"), saskia).status()).toBe(401);
  });
});

import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Proof } from "../../src/principal/proof.ts";
import { revocationTable } from "../../src/sessions/revocation-table.ts";
import type { AuditEntry } from "../../src/sessions/revoker.ts";
import { revokeOnUserEvents } from "../../src/sessions/user-events.ts";
import { isRevokedIn, makeClock, NOW, NOW_SECONDS, proofOf, startTable, TABLE, watched } from "./kit.ts";
import { spyOnStdout } from "../observe/stdout.ts";

const POOL = "eu-west-1_SamplePool";
const ARN = "arn:aws:iam::123456789012:user/example-operator";

let database: Awaited<ReturnType<typeof startTable>>;
beforeAll(async () => {
  database = await startTable();
  spyOnStdout(() => {});
});
afterAll(async () => {
  vi.restoreAllMocks();
  await database.stop();
});

function make() {
  const clock = makeClock();
  const client = watched(database.client);
  const audited: AuditEntry[] = [];
  const revocations = revocationTable({ table: TABLE, onUnavailable: "deny", remember: "0s", client });
  const handler = revokeOnUserEvents({
    revocations,
    clock,
    pools: { [POOL]: "pool" },
    issuers: ["shop", "staff"],
    audit: (entry) => void audited.push(entry),
  });
  const isRevoked = async (proof: Proof) => isRevokedIn(revocations, clock, proof);
  return { handler, client, audited, isRevoked };
}

/** An event as EventBridge makes it of a call that CloudTrail saw. */
const call = (eventName: string, sub: string, changes: object = {}) => ({
  source: "aws.cognito-idp",
  "detail-type": "AWS API Call via CloudTrail",
  detail: {
    eventSource: "cognito-idp.amazonaws.com",
    eventName,
    eventTime: new Date(NOW - 30_000).toISOString(),
    userIdentity: { type: "IAMUser", arn: ARN },
    requestParameters: { userPoolId: POOL, username: "HIDDEN_DUE_TO_SECURITY_REASONS" },
    additionalEventData: { sub },
    ...changes,
  },
});

describe("calls at Cognito", () => {
  it.each(["AdminDisableUser", "AdminDeleteUser", "DeleteUser", "AdminUserGlobalSignOut", "GlobalSignOut", "AdminResetUserPassword"])(
    "%s cuts the user off, up to the second of the call, on every device",
    async (eventName) => {
      const { handler, isRevoked, audited } = make();
      const sub = randomUUID();
      expect(await handler(call(eventName, sub))).toEqual({ revoked: true });
      expect(await isRevoked(proofOf(sub, { issuer: "pool", issuedAt: NOW_SECONDS - 30 }))).toBe(true);
      expect(await isRevoked(proofOf(sub, { issuer: "pool", issuedAt: NOW_SECONDS - 29 }))).toBe(false);
      expect(await isRevoked(proofOf(randomUUID(), { issuer: "pool" }))).toBe(false);
      expect(audited).toMatchObject([{ message: "Revoked", issuer: "pool", kind: "subject", by: ARN, why: expect.any(String) as unknown }]);
    },
  );

  it.each([
    ["another call", call("AdminGetUser", "x")],
    ["a call that failed", call("AdminDisableUser", "x", { errorCode: "AccessDenied" })],
    ["another pool", call("AdminDisableUser", "x", { requestParameters: { userPoolId: "eu-west-1_Other" } })],
    ["another service", call("AdminDisableUser", "x", { eventSource: "iam.amazonaws.com" })],
    ["an inherited name", call("constructor", "x")],
  ])("%s ends nothing", async (_what, event) => {
    const { handler, client } = make();
    expect(await handler(event)).toEqual({ revoked: false });
    expect(client.sent).toEqual([]);
  });

  it("a call without a time counts from now", async () => {
    const { handler, isRevoked } = make();
    const sub = randomUUID();
    await handler(call("AdminDisableUser", sub, { eventTime: undefined }));
    expect(await isRevoked(proofOf(sub, { issuer: "pool", issuedAt: NOW_SECONDS }))).toBe(true);
  });
});

describe("an operator's order", () => {
  const order = { issuer: "shop", kind: "subject", value: "x", by: "example-operator", why: "stolen laptop" };

  it("revokes what it names", async () => {
    const { handler, isRevoked, audited } = make();
    const value = randomUUID();
    expect(await handler({ revoke: { ...order, value } })).toEqual({ revoked: true });
    expect(await isRevoked(proofOf(value))).toBe(true);
    expect(audited).toMatchObject([{ by: "example-operator", why: "stolen laptop" }]);
  });

  it("takes issuers of pools too, and ends a whole issuer by its own name", async () => {
    const { handler, isRevoked } = make();
    expect(await handler({ revoke: { ...order, issuer: "pool", value: "y" } })).toEqual({ revoked: true });
    expect(await isRevoked(proofOf("y", { issuer: "pool" }))).toBe(true);
    await handler({ revoke: { ...order, issuer: "staff", kind: "issuer", value: "all" } });
    expect(await isRevoked(proofOf(randomUUID(), { issuer: "staff" }))).toBe(true);
  });

  it.each([
    ["an issuer that nobody configured", { revoke: { ...order, issuer: "shops" } }],
    ["an issuer in another spelling", { revoke: { ...order, issuer: "Pool" } }],
    ["an inherited name", { revoke: { ...order, issuer: "constructor" } }],
    ["no reason", { revoke: { ...order, why: undefined } }],
    ["nobody who wants it", { revoke: { ...order, by: "" } }],
    ["an unknown kind", { revoke: { ...order, kind: "user" } }],
    ["neither order nor call", {}],
    ["a user without an id", call("AdminDisableUser", "")],
  ])("%s rejects, so that the event is not lost", async (_what, event) => {
    const { handler, client } = make();
    await expect(handler(event)).rejects.toThrow(TypeError);
    expect(client.sent).toEqual([]);
  });

  it("a table that is down rejects too", async () => {
    const { handler, client } = make();
    client.down = true;
    await expect(handler({ revoke: order })).rejects.toThrow("down");
  });
});

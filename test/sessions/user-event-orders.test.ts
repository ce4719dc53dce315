import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { revocationTable } from "../../src/sessions/revocation-table.ts";
import type { AuditEntry } from "../../src/sessions/revoker.ts";
import { revokeOnUserEvents } from "../../src/sessions/user-events.ts";
import { makeClock, NOW_SECONDS, TABLE } from "./kit.ts";
import { spyOnStdout } from "../observe/stdout.ts";

const POOL = "eu-west-1_SamplePool";
const lines: Record<string, unknown>[] = [];
beforeEach(() => void spyOnStdout((line) => void lines.push(JSON.parse(line) as never)));
afterEach(() => {
  vi.restoreAllMocks();
  lines.length = 0;
});

function make() {
  const audited: AuditEntry[] = [];
  const revocations = revocationTable({ table: TABLE, onUnavailable: "deny", client: { send: async () => ({}) } });
  const audit = (entry: AuditEntry) => void audited.push(entry);
  return { audited, handler: revokeOnUserEvents({ revocations, clock: makeClock(), pools: { [POOL]: "pool" }, audit }) };
}

const call = (changes: object = {}, eventName = "AdminDisableUser") => ({
  detail: {
    eventSource: "cognito-idp.amazonaws.com",
    eventName,
    eventTime: "2026-11-20T11:59:30.900Z",
    userIdentity: { arn: "arn:aws:iam::123456789012:user/operator" },
    requestParameters: { userPoolId: POOL },
    additionalEventData: { sub: "una" },
    ...changes,
  },
});

describe("a call at Cognito", () => {
  it.each([
    ["AdminDisableUser", "the user was disabled"],
    ["AdminDeleteUser", "the user was deleted"],
    ["DeleteUser", "the user was deleted"],
    ["AdminUserGlobalSignOut", "signed out by an administrator"],
    ["GlobalSignOut", "signed out everywhere"],
    ["AdminResetUserPassword", "the password was reset"],
  ])("%s is recorded as: %s, by whom, up to its own whole second", async (name, why) => {
    const { handler, audited } = make();
    expect(await handler(call({}, name))).toEqual({ revoked: true });
    const by = "arn:aws:iam::123456789012:user/operator";
    expect(audited).toMatchObject([{ issuer: "pool", kind: "subject", why, by, upTo: NOW_SECONDS - 30 }]);
  });

  it.each([
    ["without a caller", { userIdentity: {} }, { by: "unknown" }],
    ["by a caller that is no text", { userIdentity: { arn: 7 } }, { by: "unknown" }],
    ["at a time that is none", { eventTime: "soon" }, { upTo: NOW_SECONDS }],
    ["at a time that is no text", { eventTime: 7 }, { upTo: NOW_SECONDS }],
    ["with an empty error", { errorCode: "" }, { upTo: NOW_SECONDS - 30 }],
    ["whose pool stands in the other place", { requestParameters: null, additionalEventData: { sub: "una", userPoolId: POOL } }, {}],
  ])("%s counts", async (_what, changes, expected) => {
    const { handler, audited } = make();
    expect(await handler(call(changes))).toEqual({ revoked: true });
    expect(audited).toMatchObject([{ issuer: "pool", ...expected }]);
  });

  it.each([
    ["of another name", call({}, "AdminGetUser")],
    ["of a name that is no text", call({}, 7 as never)],
    ["of an inherited name", call({}, "toString")],
    ["at another service", call({ eventSource: "iam.amazonaws.com" })],
    ["that failed", call({ errorCode: "AccessDenied" })],
    ["at no pool", call({ requestParameters: {} })],
    ["at a pool that is no text", call({ requestParameters: { userPoolId: 7 } })],
    ["at a pool of an inherited name", call({ requestParameters: { userPoolId: "toString" } })],
  ])("%s is passed over, with a line", async (_what, event) => {
    const { handler, audited } = make();
    expect([await handler(event), audited]).toEqual([{ revoked: false }, []]);
    expect(lines).toMatchObject([{ level: "INFO", message: "Event ignored", service: "sallyport" }]);
  });

  it.each([null, 7, "x", []])("that is no object, %j, is passed over", async (event) => {
    expect(await make().handler(event)).toEqual({ revoked: false });
  });

  it.each([{}, { sub: "" }, { sub: 7 }])("whose user is %j says what is missing", async (additionalEventData) => {
    await expect(make().handler(call({ additionalEventData }))).rejects.toThrow("The event does not say `sub`.");
  });
});

describe("an operator's order", () => {
  const order = { issuer: "pool", kind: "subject", value: "una", by: "operator", why: "stolen" };

  it.each(["issuer", "kind", "value", "by", "why"])("has to say %s", async (name) => {
    const { handler } = make();
    for (const value of [undefined, "", 7]) {
      await expect(handler({ revoke: { ...order, [name]: value } })).rejects.toThrow(`The event does not say \`${name}\`.`);
    }
  });

  it.each([
    [{ revoke: { ...order, kind: "user" } }, "The order's kind is not one that can be revoked."],
    [{ revoke: { ...order, issuer: "shop" } }, "The order's issuer is not one that orders are taken about."],
    [{ revoke: "all" }, "The event is neither a call that CloudTrail saw nor an operator's order."],
    [{}, "The event is neither a call that CloudTrail saw nor an operator's order."],
  ])("%j is refused in words", async (event, message) => expect(make().handler(event)).rejects.toThrow(message));

  it("revokes from now on, whatever time the event names", async () => {
    const { handler, audited } = make();
    await handler({ revoke: { ...order, upTo: 5 } });
    expect(audited).toMatchObject([{ issuer: "pool", kind: "subject", by: "operator", why: "stolen", upTo: NOW_SECONDS }]);
  });
});

import { describe, expect, it } from "vitest";
import { defineGateway, entraId, type Gateway, oidc } from "../../src/index.ts";
import { backchannelLogout, type BackchannelLogoutOptions } from "../../src/sessions/backchannel-logout.ts";
import { cognitoSessions, type CognitoSessionsOptions } from "../../src/sessions/cognito-sessions.ts";
import { revocationTable, type RevocationTableOptions } from "../../src/sessions/revocation-table.ts";
import { createRevoker } from "../../src/sessions/revoker.ts";
import { gateway as plain } from "../authorize/sample.ts";
import { sentencesIn } from "../config/problems.ts";
import { TABLE } from "./kit.ts";

describe("a table of revocations", () => {
  const problems = (changes: object) =>
    sentencesIn(() => revocationTable({ table: TABLE, onUnavailable: "deny", ...changes }).open({ clock: Date.now }));
  const DECIDE = 'Decide for "deny" (requests fail) or "allow" (let revoked tokens pass).';
  const DURATION = 'is not a duration. Write it like "5s" or "31d".';

  it.each<[object, string]>([
    [{ onUnavailable: "ignore" }, `revocations.onUnavailable is not a known value. ${DECIDE}`],
    [{ onUnavailable: undefined }, `revocations.onUnavailable is undefined. ${DECIDE}`],
    [{ onUnavailable: 7 }, `revocations.onUnavailable is a number. ${DECIDE}`],
    [{ remember: "5" }, `revocations.remember ${DURATION}`],
    [{ keep: "for ever" }, `revocations.keep ${DURATION}`],
    [{ keeep: "1d" }, "revocations.keeep is not a known option. Did you mean `keep`?"],
    [{ zzzzzzzz: 1 }, "revocations.zzzzzzzz is not a known option. Known are: table, onUnavailable, remember, keep, client."],
  ])("%j is a mistake, in words", (changes, problem) => expect(problems(changes)).toEqual([problem]));

  it.each([{}, { onUnavailable: "allow" }, { remember: "0s", keep: "90d" }, { client: { send: async () => ({}) } }])(
    "%j is none",
    (changes) => expect(problems(changes)).toEqual([]),
  );

  it("counts no setting that is inherited", () => {
    const inherited = Object.create({ table: TABLE, onUnavailable: "allow" }) as RevocationTableOptions;
    expect(sentencesIn(() => revocationTable(inherited).open({ clock: Date.now }))).toHaveLength(2);
  });

  it("says for how many seconds it keeps: 31 days of them unless told otherwise", () => {
    expect(revocationTable({ table: TABLE, onUnavailable: "deny" }).keep).toBe(31 * 86_400);
    expect(revocationTable({ table: TABLE, onUnavailable: "deny", keep: "2h" }).keep).toBe(7_200);
    expect(revocationTable({ table: TABLE, onUnavailable: "deny", keep: "long" }).keep).toBe(null);
  });

  it("that is wrong is not written into, either", () => {
    const table = revocationTable({ table: TABLE } as RevocationTableOptions);
    expect(sentencesIn(() => createRevoker(table))).toEqual([`revocations.onUnavailable is undefined. ${DECIDE}`]);
  });
});

describe("back-channel logout", () => {
  const revocations = revocationTable({ table: TABLE, onUnavailable: "deny" });
  const problems = (issuers: unknown, gateway: Gateway = plain) =>
    sentencesIn(() =>
      backchannelLogout(gateway, { revocations, issuers: issuers as BackchannelLogoutOptions["issuers"], prefetch: false }),
    );
  const NAME = "Name the issuers that may end sessions here.";
  const good = { clientIds: ["web"], ends: "session" };

  it.each<[unknown, string]>([
    [{}, `issuers is an empty object. ${NAME}`],
    [undefined, `issuers is undefined. ${NAME}`],
    [[], `issuers is an empty list. ${NAME}`],
    [{ shop: good, shopp: good }, "issuers.shopp is not a known issuer. Did you mean `shop`?"],
    [{ shop: { ...good, clientIds: "web" } }, "issuers.shop.clientIds is a string, not a list. Give a list of strings."],
    [{ shop: { ...good, ends: "all" } }, 'issuers.shop.ends is not decided. Write "session" or "subject".'],
  ])("of %j is a mistake, in words", (issuers, problem) => expect(problems(issuers)).toEqual([problem]));

  it("takes both ways to end, and issuers of one tenant each", () => {
    expect(problems({ shop: good, pool: { ...good, ends: "subject" } })).toEqual([]);
  });

  it("takes no issuer that stands for many tenants, and minds no such issuer that may not end sessions", () => {
    const tenants = ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"];
    const mixed = defineGateway({
      issuers: { staff: entraId({ tenants, audience: "api" }), shop: oidc({ issuer: "https://shop.example", audience: "api" }) },
      routes: {},
    });
    expect(problems({ shop: good }, mixed)).toEqual([]);
    expect(problems({ shop: good, staff: good }, mixed)).toEqual([
      "issuers.staff stands for many tenants' issuers. Leave it out: Microsoft Entra ID sends no back-channel logout.",
    ]);
  });
});

describe("the id of a user pool", () => {
  const problems = (userPoolId: unknown) => sentencesIn(() => cognitoSessions({ userPoolId: userPoolId as string }));

  it.each(["eu-west-1_SamplePool", "us-gov-west-1_a1"])("may be %s", (id) => expect(problems(id)).toEqual([]));
  it.each(["SamplePool", "eu-west-1_", "_Sample", "eu-west-1_Sample-Pool", "x EU_a", "X/eu-west-1_Sample", "eu-west-1_Sample/x"])(
    "may not be %s",
    (id) => {
      expect(problems(id)).toEqual(["cognitoSessions.userPoolId is not a user pool id. Set the pool's id, such as `us-east-1_AbCdEf123`."]);
    },
  );
  it("has to be there", () =>
    expect(problems(undefined)).toEqual(["cognitoSessions.userPoolId is undefined, not a string. Give a string."]));
});

describe("how a user pool is asked to end sessions", () => {
  const POOL = { userPoolId: "eu-west-1_SamplePool" };
  const problems = (options: unknown) => sentencesIn(() => cognitoSessions(options as CognitoSessionsOptions));

  it.each(["user", "admin", undefined])("everywhere as %s", (everywhere) => expect(problems({ ...POOL, everywhere })).toEqual([]));
  it.each([
    [{ ...POOL, everywhere: "amdin" }, "cognitoSessions.everywhere is not a known value. Use one of: user, admin."],
    [{ ...POOL, everywere: "admin" }, "cognitoSessions.everywere is not a known option. Did you mean `everywhere`?"],
    [Object.create(POOL), "cognitoSessions.userPoolId is undefined, not a string. Give a string."],
    [null, "cognitoSessions the options are null. Give an object."],
  ])("not by %j", (options, problem) => expect(problems(options)).toEqual([problem]));
});

import { describe, expect, it } from "vitest";
import { SallyportError } from "../../src/errors.ts";
import { evaluate } from "../../src/rules/evaluate.ts";
import {
  allOf,
  anyOf,
  anyScope,
  assurance,
  authenticatedWithin,
  claim,
  client,
  custom,
  group,
  issuer,
  live,
  multiFactor,
  permission,
  type Rule,
  role,
  scope,
  tenant,
  toRule,
  user,
} from "../../src/rules/rule.ts";
import { NOW, somePrincipal } from "./some-principal.ts";

type Changes = Parameters<typeof somePrincipal>[0];
const holds = (rule: Rule, changes: Changes = {}) => evaluate(rule, somePrincipal(changes), NOW).holds;
const codeOf = (rule: Rule, changes: Changes = {}) => {
  const verdict = evaluate(rule, somePrincipal(changes), NOW);
  return verdict.holds ? "holds" : verdict.code;
};

describe("names", () => {
  const lists: [string, (name: string) => Rule, (names: string[]) => Changes][] = [
    ["scope", scope, (scopes) => ({ scopes })],
    ["role", role, (roles) => ({ roles })],
    ["group", group, (groups) => ({ groups })],
    ["permission", permission, (permissions) => ({ permissions })],
  ];
  it.each(lists)("%s holds on the whole name only", (_, rule, having) => {
    expect(holds(rule("orders:read"), having(["x", "orders:read"]))).toBe(true);
    for (const other of ["orders:rea", "orders:read:all", "Orders:Read", "*", "orders:read ", "x orders:read"]) {
      expect(holds(rule("orders:read"), having([other]))).toBe(false);
    }
  });

  it.each(lists.map(([name]) => name))("%s looks at its own list only", (name) => {
    const everyOther = Object.fromEntries(
      ["scope", "role", "group", "permission"].filter((other) => other !== name).map((other) => [`${other}s`, ["admin"]]),
    );
    const rule = lists.find(([own]) => own === name)?.[1]("admin") as Rule;
    expect(holds(rule, everyOther)).toBe(false);
  });

  it("compares issuer, tenant, user and client exactly", () => {
    expect(holds(issuer("customers"))).toBe(true);
    expect(holds(issuer("Customers"))).toBe(false);
    expect(holds(tenant("north"))).toBe(true);
    expect(holds(tenant("north"), { tenant: null })).toBe(false);
    expect(holds(user("customers|user-1"))).toBe(true);
    expect(holds(user("user-1"))).toBe(false);
    expect(holds(user("customers|user-1"), { kind: "client" })).toBe(false);
    expect(holds(client("web"))).toBe(true);
    expect(holds(client("web"), { clientId: null })).toBe(false);
  });

  it("holds any of several scopes", () => {
    expect(holds(anyScope("a", "b"), { scopes: ["b"] })).toBe(true);
    expect(holds(anyScope("a", "b"), { scopes: ["c"] })).toBe(false);
  });
});

it("lets everyone through on public and every principal on authenticated", () => {
  expect(holds(toRule("public"))).toBe(true);
  expect(holds(toRule("authenticated"))).toBe(true);
});

it("denies a rule of a kind it does not know, inherited names included", () => {
  for (const kind of ["constructor", "toString", "later"]) expect(codeOf({ kind } as unknown as Rule)).toBe("rule_denied");
});

it("denies a live check, which only the issuer can answer", () => {
  expect(codeOf(live())).toBe("rule_denied");
  expect(codeOf(allOf(live(), "authenticated"))).toBe("rule_denied");
});

it("tells a cut group list from a missing group", () => {
  expect(codeOf(group("buyers"))).toBe("rule_denied");
  expect(codeOf(group("buyers"), { groupsComplete: false })).toBe("groups_incomplete");
  expect(codeOf(group("buyers"), { groupsComplete: false, groups: ["buyers"] })).toBe("holds");
});

describe("claim", () => {
  it("compares value and type strictly", () => {
    expect(holds(claim("level", [3]), { claims: { level: 3 } })).toBe(true);
    expect(holds(claim("level", [3]), { claims: { level: "3" } })).toBe(false);
    expect(holds(claim("unit", ["sales"]), { claims: { unit: ["ops", "sales"] } })).toBe(true);
    expect(holds(claim("unit", ["sales"]), { claims: { unit: "presales" } })).toBe(false);
    expect(holds(claim("unit", ["sales", "ops"]), { claims: { unit: "ops" } })).toBe(true);
  });

  it("follows the path through own members only", () => {
    expect(holds(claim(["org", "unit"], ["sales"]), { claims: { org: { unit: "sales" } } })).toBe(true);
    expect(holds(claim("org.unit", ["sales"]), { claims: { org: { unit: "sales" } } })).toBe(false);
    expect(holds(claim(["constructor", "name"], ["Object"]), { claims: {} })).toBe(false);
    expect(holds(claim(["unit", "length"], [5]), { claims: { unit: "sales" } })).toBe(false);
    expect(holds(claim(["org", "unit"], ["sales"]), { claims: { org: null } })).toBe(false);
    expect(holds(claim(["list", "0"], ["a"]), { claims: { list: ["a"] } })).toBe(false);
  });
});

it("lets a rule of one's own hold on exactly true", () => {
  expect(holds(custom("north only", ({ tenant: found }) => found === "north"))).toBe(true);
  expect(holds(custom("truthy", (() => "yes") as unknown as () => boolean))).toBe(false);
  expect(holds(custom("promise", (async () => true) as unknown as () => boolean))).toBe(false);
});

describe("a rule of one's own that throws", () => {
  const throwing = custom("throws", () => {
    throw new Error("no");
  });
  const holding = custom("holds", () => true);
  const [missing, stepUp] = [scope("a"), multiFactor()];

  it("is a fault, not a word about the principal", () => {
    expect(evaluate(throwing, somePrincipal(), NOW)).toEqual({ holds: false, code: "internal_error" });
    const refusing = custom("throws a reason", () => {
      throw new SallyportError("token_expired");
    });
    expect(codeOf(refusing)).toBe("internal_error");
  });

  it.each<[string, Rule]>([
    ["before a way in", anyOf(throwing, holding)],
    ["after ways that are none", anyOf(missing, stepUp, throwing, holding)],
    ["before what is missing", allOf(throwing, missing)],
    ["after a step-up, which another sign-in could mend", allOf(holding, stepUp, throwing)],
    ["deep inside", anyOf(missing, allOf(holding, anyOf(stepUp, throwing)), holding)],
  ])("is one %s", (_, rule) => expect(codeOf(rule)).toBe("internal_error"));

  it.each<[string, Rule, string]>([
    ["after a way in", anyOf(holding, throwing), "holds"],
    ["after what is missing", allOf(missing, throwing), "rule_denied"],
    ["deep inside of what is decided", allOf(holding, anyOf(holding, allOf(holding, throwing))), "holds"],
  ])("is none where it is not asked: %s", (_, rule, code) => expect(codeOf(rule)).toBe(code));
});

describe("multi-factor", () => {
  it.each([[["mfa"]], [["pwd", "otp"]], [["pwd", "mfa"]], [["pin", "swk"]], [["face", "hwk"]]])("is proven by %j", (methods) => {
    expect(holds(multiFactor(), { authentication: { methods } })).toBe(true);
  });

  it.each([[[]], [["pwd"]], [["otp"]], [["otp", "sms"]], [["pwd", "pin"]], [["fed"]], [["pwd", "fed"]], [["MFA"]], [["pwd", "toString"]]])(
    "is not proven by %j",
    (methods) => {
      expect(codeOf(multiFactor(), { authentication: { methods } })).toBe("step_up_required");
    },
  );

  const recent = multiFactor({ within: "15m" });
  const at = (seconds: number | null) => ({ authentication: { methods: ["mfa"], at: seconds } });
  it("has to be recent where `within` says so", () => {
    expect(codeOf(recent, at(NOW - 900))).toBe("holds");
    expect(codeOf(recent, at(NOW - 901))).toBe("step_up_required");
    expect(codeOf(recent, { authentication: { methods: ["pwd"], at: NOW } })).toBe("step_up_required");
  });

  it("counts an unknown sign-in time, and one in the future, as not recent", () => {
    expect(codeOf(recent, at(null))).toBe("step_up_required");
    expect(codeOf(recent, at(NOW + 60))).toBe("holds");
    expect(codeOf(recent, at(NOW + 61))).toBe("step_up_required");
  });

  it("says how recent the sign-in has to be", () => {
    expect(evaluate(recent, somePrincipal(), NOW)).toEqual({ holds: false, code: "step_up_required", maxAge: 900, acr: null });
  });

  it("is never satisfied by a machine client, which cannot step up either", () => {
    expect(codeOf(multiFactor(), { kind: "client", authentication: { methods: ["mfa"] } })).toBe("rule_denied");
    expect(codeOf(authenticatedWithin("1h"), { kind: "client" })).toBe("rule_denied");
    expect(codeOf(assurance("gold"), { kind: "client" })).toBe("rule_denied");
  });
});

it("asks for a recent sign-in", () => {
  expect(codeOf(authenticatedWithin("1m"), { authentication: { at: NOW - 60 } })).toBe("holds");
  expect(codeOf(authenticatedWithin("1m"), { authentication: { at: NOW - 61 } })).toBe("step_up_required");
  expect(codeOf(authenticatedWithin("1m"), { authentication: { at: null } })).toBe("step_up_required");
  expect(codeOf(authenticatedWithin("999999999d"), { authentication: { at: null } })).toBe("step_up_required");
  for (const at of [NOW - 60, NOW, null]) expect(codeOf(authenticatedWithin("soon"), { authentication: { at } })).toBe("step_up_required");
});

it("finds an assurance level among several contexts, whole", () => {
  expect(codeOf(assurance("c1"), { authentication: { context: "c2 c1" } })).toBe("holds");
  expect(evaluate(assurance("c1"), somePrincipal({ authentication: { context: "c10" } }), NOW)).toMatchObject({
    code: "step_up_required",
    acr: "c1",
  });
});

describe("combinations", () => {
  it("hold when all, or any, of their rules hold", () => {
    expect(holds(allOf(scope("a"), role("b")), { scopes: ["a"], roles: ["b"] })).toBe(true);
    expect(holds(allOf(scope("a"), role("b")), { scopes: ["a"] })).toBe(false);
    expect(holds(anyOf(scope("a"), role("b")), { roles: ["b"] })).toBe(true);
    expect(holds(anyOf(scope("a"), role("b")))).toBe(false);
  });

  it("never hold when empty", () => {
    expect(holds(allOf())).toBe(false);
    expect(holds(anyOf())).toBe(false);
  });

  it("propose a step-up only where nothing else is missing", () => {
    expect(codeOf(allOf(multiFactor(), scope("a")))).toBe("rule_denied");
    expect(codeOf(allOf(multiFactor(), scope("a")), { scopes: ["a"] })).toBe("step_up_required");
    expect(codeOf(anyOf(multiFactor(), scope("a")))).toBe("step_up_required");
    expect(codeOf(anyOf(scope("a"), multiFactor()))).toBe("step_up_required");
    expect(codeOf(anyOf(scope("a"), group("b")), { groupsComplete: false })).toBe("groups_incomplete");
    expect(codeOf(anyOf(group("b"), scope("a")), { groupsComplete: false })).toBe("groups_incomplete");
  });

  it("hold on a later way in, whatever an earlier one asks for", () => {
    const changes = { scopes: ["a"], groupsComplete: false };
    for (const first of [multiFactor(), group("b"), role("c")]) expect(codeOf(anyOf(first, scope("a")), changes)).toBe("holds");
  });

  it("ask for the most helpful of several ways in, and of two alike for the first", () => {
    const ask = (...rules: Rule[]) => evaluate(anyOf(...rules), somePrincipal({ groupsComplete: false }), NOW);
    const hour = { holds: false, code: "step_up_required", maxAge: 3_600, acr: null };
    const recent = [multiFactor({ within: "1h" }), multiFactor({ within: "1m" })] as const;
    expect(ask(...recent)).toEqual(hour);
    expect(ask(group("a"), ...recent)).toEqual(hour);
    expect(ask(...recent, group("a"), scope("b"))).toEqual(hour);
    expect(ask(scope("b"), group("a"), scope("c"))).toEqual({ holds: false, code: "groups_incomplete" });
  });

  it("ask for no age where none of the step-ups does", () => {
    const verdict = evaluate(allOf(multiFactor(), assurance("gold"), assurance("silver")), somePrincipal(), NOW);
    expect(verdict).toEqual({ holds: false, code: "step_up_required", maxAge: null, acr: "gold" });
  });

  it("ask for the strictest of several step-ups", () => {
    const rule = allOf(multiFactor({ within: "1h" }), authenticatedWithin("5m"), assurance("gold"));
    const verdict = evaluate(rule, somePrincipal({ authentication: { at: null } }), NOW);
    expect(verdict).toEqual({ holds: false, code: "step_up_required", maxAge: 300, acr: "gold" });
  });
});

import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { createVerifier, nativeAuthorizer } from "../../src/index.ts";
import { gateway as sampleGateway, ISSUED_AT, type SampleKeys, sampleKeys, samples } from "../e2e/sample-gateway.ts";
import { mint } from "../e2e/tokens.ts";
import { NATIVE_EVENTS } from "../events/native.ts";

// Claims that cross the wall by their own name keep the type API Gateway gave them; what is read must be the same.
const gateway = { ...sampleGateway, forward: ["username", "email"] };

const text = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.constantFrom("[a]", "[a b]", "[", "]", "[]", "a,b", "true", "1", "null", '["a"]', "{}", " ", "[admins buyers]"),
);
/** Nothing is called by an empty name. */
const named = text.filter((name) => name !== "");
const word = fc.stringMatching(/^[^\s]{1,6}$/);
const GRANTS = ["client-credentials", "client_credentials", "refresh_token", "password"];
const list = (element: fc.Arbitrary<string>) => fc.array(element, { maxLength: 3 });

/** What providers write, by claim: texts of any kind, lists of words, and lists of anything where nothing forbids it. */
const CLAIMS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  sub: text,
  azp: text,
  acr: text,
  sid: text,
  idp: text,
  username: text,
  preferred_username: text,
  email: text,
  name: text,
  "custom:motto": text,
  scope: text,
  amr: list(word),
  acrs: list(word),
  roles: list(named),
  groups: list(named),
  permissions: list(word),
  "cognito:groups": list(word),
  aud: fc.oneof(
    list(fc.constantFrom("orders", "https://api.orders.example", "urn:x", "a b")),
    fc.constantFrom("orders", "api://orders", "[orders]"),
  ),
  gty: fc.oneof(fc.constantFrom(...GRANTS), list(fc.constantFrom(...GRANTS))),
  auth_time: fc.nat(),
  act: fc.record({ sub: text }),
  hasgroups: fc.boolean(),
  _claim_names: fc.record({ groups: text }),
  realm_access: fc.record({ roles: list(named) }),
};
const overrides = fc
  .subarray(Object.keys(CLAIMS), { maxLength: 4 })
  .chain((names) => fc.record(Object.fromEntries(names.map((name) => [name, CLAIMS[name] as fc.Arbitrary<unknown>]))));

let keys: SampleKeys;
beforeAll(async () => {
  keys = await sampleKeys();
});

/** What in the suite's samples cannot come through: a pool's group that no pool would take, and a list of two that may be one. */
const BASES: Readonly<Record<string, object>> = { cognito: { "cognito:groups": ["buyers"] }, oidc: { groups: ["north"] } };
const APPS = ["entraId", "entraExternalId"];

describe.each(samples)("$provider", (sample) => {
  it("claims that became text are read as the token is, or refused", async () => {
    const verifier = createVerifier(gateway, { clock: () => ISSUED_AT, jwks: keys.jwks });
    const from = nativeAuthorizer(gateway, { kind: "http-jwt", issuer: sample.issuer });
    let accepted = 0;
    const property = fc.asyncProperty(overrides, async (changed) => {
      // App roles have no spaces in their names.
      const roles = APPS.includes(sample.provider) && Array.isArray(changed["roles"]) ? { roles: ["Orders.Read"] } : {};
      const given = { ...BASES[sample.provider], ...changed, ...roles };
      const event = NATIVE_EVENTS["http-jwt"]({ routeKey: "GET /orders" }, { ...sample.claims, ...given });
      const native = await outcome(async () => from(event, ISSUED_AT / 1000));
      if (native === null) return;
      accepted++;
      const token = await mint(keys, sample, given);
      expect(native).toEqual(await outcome(() => verifier.verify(token)));
    });
    await fc.assert(property, { numRuns: 80 });
    expect(accepted).toBeGreaterThan(0);
  });
});

/** Null: refused. */
async function outcome<T>(run: () => Promise<T>): Promise<T | null> {
  try {
    return await run();
  } catch {
    return null;
  }
}

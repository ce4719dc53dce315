import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { defineGateway, httpAuthorizer, oidc } from "../../src/index.ts";
import { guard } from "../../src/guard/index.ts";
import type { RevocationSource } from "../../src/sessions/revocations.ts";
import { revocationTable } from "../../src/sessions/revocation-table.ts";
import { proofOf } from "./kit.ts";

/** The loading of the AWS SDK: how often it began, and what comes of it. */
const sdk = vi.hoisted(() => ({ loads: 0, load: async (): Promise<object> => ({}) }));
vi.mock("../../src/aws/dynamo.ts", () => ({ lazyDynamo: () => async () => ((sdk.loads += 1), sdk.load()) }));

const emptyTable = async () => ({ BatchGetCommand: Object, client: { send: async () => ({ Responses: { revocations: [] } }) } });

const unhandled: unknown[] = [];
const remember = (reason: unknown) => void unhandled.push(reason);
beforeEach(() => {
  sdk.loads = 0;
  sdk.load = emptyTable;
  process.on("unhandledRejection", remember);
});
afterEach(() => {
  vi.unstubAllEnvs();
  process.off("unhandledRejection", remember);
  unhandled.length = 0;
});

const table = revocationTable({ table: "revocations", onUnavailable: "deny" });
const routes = { "GET /orders": "authenticated" } as const;
const gatewayWith = (revocations: RevocationSource | null) =>
  defineGateway({ issuers: { shop: oidc({ issuer: "https://shop.example", audience: "api" }) }, routes, revocations });

/** Both doors, as a function opens them when it is loaded. */
const DOORS: Readonly<Record<string, (revocations: RevocationSource | null) => unknown>> = {
  "an authorizer": (revocations) => httpAuthorizer(gatewayWith(revocations), { prefetch: false }),
  "a guard": (revocations) => guard(gatewayWith(null), async () => "in", { revocations }),
};

it.each(Object.keys(DOORS))("%s begins to load the SDK with the function on Lambda, where there are revocations", (name) => {
  const open = DOORS[name] as (revocations: RevocationSource | null) => unknown;
  open(table);
  expect(sdk.loads).toBe(0);
  vi.stubEnv("AWS_LAMBDA_FUNCTION_NAME", "example");
  open(null);
  expect(sdk.loads).toBe(0);
  open(table);
  expect(sdk.loads).toBe(1);
});

it("a load that fails is nobody's failure until a request needs it, and is then tried again", async () => {
  vi.stubEnv("AWS_LAMBDA_FUNCTION_NAME", "example");
  sdk.load = () => Promise.reject(new Error("The file could not be read."));
  const revocations = table.open({ clock: Date.now });
  // Node tells of unhandled rejections once all that was waiting has run.
  await new Promise((resolve) => setImmediate(resolve));
  expect(unhandled).toEqual([]);
  expect(sdk.loads).toBe(1);
  await expect(revocations.check(proofOf("alice"))).rejects.toMatchObject({ code: "revocations_unavailable" });
  sdk.load = emptyTable;
  await expect(revocations.check(proofOf("alice"))).resolves.toBeUndefined();
});

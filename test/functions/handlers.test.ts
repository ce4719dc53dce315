import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { handler as health } from "../../functions/health.ts";
import type { Principal } from "../../src/principal/principal.ts";
import { authorizerContext, testPrincipal } from "../../src/testing/index.ts";
import { httpProxyEvent } from "../events/http-api.ts";
import type { Incoming } from "../events/incoming.ts";
import { restProxyEvent } from "../events/rest.ts";
import { startDatabase } from "./database.ts";
import { spyOnStdout } from "../observe/stdout.ts";

/** They read their environment when they are loaded. */
const loadHandlers = async () => ({
  "GET /me": (await import("../../functions/me.ts")).handler,
  "GET /orders": (await import("../../functions/orders/list.ts")).handler,
  "GET /orders/{id}": (await import("../../functions/orders/get.ts")).handler,
  "POST /orders": (await import("../../functions/orders/create.ts")).handler,
});
const ORDER = { sku: "TEA-100", quantity: 2 };
const scopes = ["orders:read", "orders:write"];
const alice = testPrincipal({ subject: "alice", tenant: "lantern", scopes, groups: ["buyers"] });
const carol = testPrincipal({ subject: "carol", tenant: "lantern", scopes, groups: ["buyers"] });
const bob = testPrincipal({ subject: "bob", tenant: "harbour", scopes, groups: ["buyers"] });

const EVENTS = {
  http: (request: Partial<Incoming>, principal: Principal) =>
    httpProxyEvent(request, authorizerContext(principal, "http")["lambda"] as object as Record<string, unknown>),
  rest: (request: Partial<Incoming>, principal: Principal) =>
    restProxyEvent(request, authorizerContext(principal, "rest") as Record<string, string>),
} as const;

let database: Awaited<ReturnType<typeof startDatabase>>;
let handlers: Awaited<ReturnType<typeof loadHandlers>>;

beforeAll(async () => {
  database = await startDatabase("handler-orders");
  for (const [name, value] of Object.entries(database.environment)) vi.stubEnv(name, value);
  handlers = await loadHandlers();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await database.stop();
});

it("GET /health needs nobody", async () => {
  expect(await health()).toMatchObject({ statusCode: 200, body: '{"status":"ok"}' });
});

describe.each(["http", "rest"] as const)("on a %s API", (api) => {
  async function call(routeKey: keyof typeof handlers, principal: Principal, request: Partial<Incoming> = {}) {
    const [method = "", path = ""] = routeKey.split(" ");
    const { statusCode, headers, body } = await handlers[routeKey](EVENTS[api]({ method, path, routeKey, ...request }, principal));
    return { status: statusCode, headers, body: JSON.parse(body) as Record<string, unknown> };
  }
  const place = (principal: Principal, order: unknown, key?: string) =>
    call("POST /orders", principal, {
      body: typeof order === "string" ? order : JSON.stringify(order),
      headers: key === undefined ? [] : [["Idempotency-Key", key]],
    });

  it("GET /me says who is calling and which routes they may use", async () => {
    const { status, body } = await call("GET /me", testPrincipal({ subject: "alice", scopes: ["orders:read"] }));
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: "test|alice", routes: ["GET /health", "GET /me", "GET /orders", "GET /orders/{id}"] });
    expect((await call("GET /me", alice)).body["routes"]).toContain("POST /orders");
  });

  it("an order that was placed can be read by everyone of the tenant, and by nobody else", async () => {
    const placed = await place(alice, ORDER);
    expect(placed.status).toBe(201);
    const id = String(placed.body["id"]);
    expect(placed.headers["location"]).toBe(`orders/${id}`);
    expect(placed.body).toMatchObject({ ...ORDER, note: null, status: "placed" });
    const read = (principal: Principal) => call("GET /orders/{id}", principal, { path: `/orders/${id}`, pathParameters: { id } });
    const idsOf = async (principal: Principal) =>
      ((await call("GET /orders", principal)).body["orders"] as { id: string }[]).map((order) => order.id);
    expect(await read(carol)).toMatchObject({ status: 200, body: placed.body });
    expect(await idsOf(carol)).toContain(id);
    expect(await read(bob)).toMatchObject({ status: 404, headers: { "content-type": "application/problem+json" } });
    expect(await idsOf(bob)).not.toContain(id);
  });

  it("the same Idempotency-Key gives the same answer, and 422 with another body", async () => {
    const key = `key-${api}`;
    const first = await place(alice, ORDER, key);
    expect(await place(alice, ORDER, key)).toEqual(first);
    expect(await place(alice, { ...ORDER, quantity: 3 }, key)).toMatchObject({
      status: 422,
      headers: { "content-type": "application/problem+json" },
      body: { status: 422, errors: [{ field: "Idempotency-Key" }] },
    });
  });

  it("a wrong request is a 400 that names every wrong field", async () => {
    expect(await place(alice, { sku: "tea", price: 1 }, "not a key")).toMatchObject({
      status: 400,
      headers: { "content-type": "application/problem+json" },
      body: {
        type: "about:blank",
        status: 400,
        errors: [{ field: "Idempotency-Key" }, { field: "price" }, { field: "sku" }, { field: "quantity" }],
      },
    });
    expect(await place(alice, "{")).toMatchObject({ status: 400, body: { errors: [{ field: "body" }] } });
    const id = "1";
    expect(await call("GET /orders/{id}", alice, { path: "/orders/1", pathParameters: { id } })).toMatchObject({
      status: 400,
      body: { errors: [{ field: "id" }] },
    });
    expect(await call("GET /orders", alice, { query: [["limit", "0"]] })).toMatchObject({
      status: 400,
      body: { errors: [{ field: "limit" }] },
    });
  });

  it("the fence is in front of every function that is not public", async () => {
    spyOnStdout(() => {});
    const nobody = testPrincipal();
    for (const routeKey of ["GET /orders", "GET /orders/{id}", "POST /orders"] as const) {
      expect((await call(routeKey, nobody)).status).toBe(403);
    }
    for (const routeKey of Object.keys(handlers) as (keyof typeof handlers)[]) {
      expect((await call(routeKey, { ...alice, expiresAt: 1 })).status).toBe(401);
    }
    vi.restoreAllMocks();
  });
});

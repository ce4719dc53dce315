import { afterEach, expect, it, vi } from "vitest";
import { EXAMPLE_ENVIRONMENT } from "../../local/environment.ts";

/** Whatever lets requests through, or ends sessions, by the file that a bundle is made of. */
const MODULES: Readonly<Record<string, () => Promise<unknown>>> = {
  "authorizers/http": () => import("../../authorizers/http.ts"),
  "authorizers/rest-token": () => import("../../authorizers/rest-token.ts"),
  "authorizers/rest-request": () => import("../../authorizers/rest-request.ts"),
  "authorizers/websocket": () => import("../../authorizers/websocket.ts"),
  "functions/me": () => import("../../functions/me.ts"),
  "functions/orders/list": () => import("../../functions/orders/list.ts"),
  "functions/orders/get": () => import("../../functions/orders/get.ts"),
  "functions/orders/create": () => import("../../functions/orders/create.ts"),
  "functions/sessions/sign-out": () => import("../../functions/sessions/sign-out.ts"),
  "functions/sessions/sign-out-everywhere": () => import("../../functions/sessions/sign-out-everywhere.ts"),
  "functions/sessions/backchannel-logout": () => import("../../functions/sessions/backchannel-logout.ts"),
  "functions/sessions/user-events": () => import("../../functions/sessions/user-events.ts"),
  "examples/websocket/connect": () => import("../../examples/websocket/connect.ts"),
  "examples/websocket/message": () => import("../../examples/websocket/message.ts"),
};

afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
});

it.each(Object.keys(MODULES))("%s does not start where the table of revocations is not named", async (name) => {
  const load = MODULES[name] ?? (() => Promise.resolve());
  for (const [variable, value] of Object.entries(EXAMPLE_ENVIRONMENT)) vi.stubEnv(variable, value);
  for (const [value, state] of [
    [undefined, "is not set"],
    ["", "is empty"],
  ] as const) {
    vi.stubEnv("REVOCATIONS_TABLE", value);
    vi.resetModules();
    await expect(load()).rejects.toThrow(`REVOCATIONS_TABLE ${state}`);
  }
  vi.stubEnv("REVOCATIONS_TABLE", EXAMPLE_ENVIRONMENT["REVOCATIONS_TABLE"]);
  vi.resetModules();
  await expect(load()).resolves.toBeTypeOf("object");
});

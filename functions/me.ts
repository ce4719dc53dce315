import { routes } from "../gateway.routes.ts";
import { guard } from "../src/guard/index.ts";
import { evaluate } from "../src/rules/evaluate.ts";
import { json } from "./http.ts";

/** `GET /me`: who am I, and which routes may I use? */
export const handler = guard(routes, async (_event, { principal }) => {
  const now = Math.floor(Date.now() / 1000);
  const reachable = [...routes.routes.values()].filter(({ method, rule }) => method !== null && evaluate(rule, principal, now).holds);
  return json(200, { ...principal, routes: reachable.map(({ key }) => key) });
});

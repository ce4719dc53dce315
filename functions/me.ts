import { routes } from "../gateway.routes.ts";
import { revocations } from "../gateway.sessions.ts";
import { guard } from "../src/guard/index.ts";
import { evaluate } from "../src/rules/evaluate.ts";
import { seconds } from "../src/seconds.ts";
import { json } from "./http.ts";

/** What the API is there for: ending a session is nobody's right in particular. */
const offered = [...routes.routes.values()].filter(({ method, segments }) => method !== null && segments[0] !== "session");

/** `GET /me`: who am I, and which routes may I use? */
export const handler = guard(
  routes,
  async (_event, { principal }) => {
    const now = seconds(Date.now());
    const reachable = offered.filter(({ rule }) => evaluate(rule, principal, now).holds);
    return json(200, { ...principal, routes: reachable.map(({ key }) => key) });
  },
  { revocations },
);

export type { Principal } from "../principal/principal.ts";
export { defineRoutes } from "../rules/define-routes.ts";
export type { PrincipalSource } from "./fence.ts";
export { type BusinessContext, guard, type GuardOptions } from "./guard.ts";
export type { BusinessEvent } from "./guarded-event.ts";
export { identity } from "./identity.ts";
export { problem, type ProblemDetails, type ProblemResult } from "./problem.ts";
export { resolverGuard } from "./resolver-guard.ts";
export * from "../rules/rule.ts";

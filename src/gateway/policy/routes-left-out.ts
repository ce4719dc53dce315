import type { Route, RouteTable } from "../../rules/route-table.ts";
import { compileToFit } from "./fit-policy.ts";
import { generic, type Shape, spellOut } from "./pattern.ts";
import { type World, worldsOf } from "./world.ts";

/** The name of a stage as it is in most APIs: how long it is, is what counts. */
const USUAL_STAGE = "arn:aws:execute-api:eu-central-1:123456789012:abcdefghij/production/";

/**
 * Routes that one policy cannot hold beside the others for a principal who may reach everything: because their denials exclude each
 * other, or because there is no room. A cached answer refuses them until it runs out, unless the path is among the authorizer's
 * identity sources.
 */
export function routesLeftOut(table: RouteTable): Route[] {
  const { covers } = compileToFit(table, new Set(table.routes.values()), USUAL_STAGE).whole;
  const left = worldsOf(table).flatMap((world) => {
    const isHeld = (shape: Shape) => {
      const path = usualPath(shape, world);
      return path === null || world.methods.every((method) => covers(`${method}/${path}`));
    };
    return world.shapes.filter((shape) => !isHeld(shape)).map(({ route }) => route);
  });
  return [...new Set(left)];
}

/** A path of the route, as short as can be and unlike any other route's. Null where others are always selected before it. */
function usualPath({ tokens, route }: Shape, { select, depth }: World): string | null {
  for (const path of spellOut(tokens, depth)) {
    const segments = generic(path);
    if (select(segments) === route) return segments.join("/");
  }
  return null;
}

import { segmentKind } from "./route-key.ts";
import type { Route, RouteTable } from "./route-table.ts";

/** One position in the tree of paths. The maps are keyed by method. */
interface Node {
  readonly literals: Map<string, Node>;
  parameter: Node | null;
  readonly here: Map<string, Route>;
  readonly greedy: Map<string, Route>;
}

const trees = new WeakMap<RouteTable, Node>();

/**
 * The route that API Gateway selects for a request: at each segment a literal goes before `{param}` and that before `{proxy+}`;
 * an exact method goes before ANY; `$default` comes last. The path is taken as it is: an encoded or doubled slash is no slash,
 * and a parameter never matches an empty segment.
 * @param method upper case
 * @param path the request's path without stage and query, starting with a slash
 */
export function matchRoute(table: RouteTable, method: string, path: string): Route | null {
  if (!path.startsWith("/")) return null;
  const segments = path === "/" ? [] : path.slice(1).split("/");
  return find(treeOf(table), segments, 0, method) ?? routeOf(table, "$default");
}

/** The route with exactly this key: `event.routeKey`, or a WebSocket route. */
export function routeOf(table: RouteTable, key: string): Route | null {
  return table.routes.get(key) ?? null;
}

/** The route of a REST API's resource, such as `/orders/{id}`, which names no method: the exact one goes before ANY. */
export function routeOfResource(table: RouteTable, method: string, resource: string): Route | null {
  return routeOf(table, `${method} ${resource}`) ?? routeOf(table, `ANY ${resource}`);
}

function find(node: Node, segments: readonly string[], index: number, method: string): Route | null {
  const segment = segments[index];
  if (segment === undefined) return byMethod(node.here, method);
  const literal = node.literals.get(segment);
  const below = literal === undefined ? null : find(literal, segments, index + 1, method);
  if (below !== null) return below;
  const under = node.parameter === null || segment === "" ? null : find(node.parameter, segments, index + 1, method);
  if (under !== null) return under;
  return segment === "" && index === segments.length - 1 ? null : byMethod(node.greedy, method);
}

function byMethod(routes: ReadonlyMap<string, Route>, method: string): Route | null {
  return routes.get(method) ?? routes.get("ANY") ?? null;
}

function treeOf(table: RouteTable): Node {
  let tree = trees.get(table);
  if (tree === undefined) {
    tree = emptyNode();
    for (const route of table.routes.values()) insert(tree, route);
    trees.set(table, tree);
  }
  return tree;
}

function insert(root: Node, route: Route): void {
  if (route.method === null) return;
  let node = root;
  for (const segment of route.segments) {
    const kind = segmentKind(segment);
    if (kind === "greedy") {
      node.greedy.set(route.method, route);
      return;
    }
    node = kind === "parameter" ? (node.parameter ??= emptyNode()) : literalBelow(node, segment);
  }
  node.here.set(route.method, route);
}

function literalBelow(node: Node, segment: string): Node {
  const existing = node.literals.get(segment) ?? emptyNode();
  node.literals.set(segment, existing);
  return existing;
}

function emptyNode(): Node {
  return { literals: new Map(), parameter: null, here: new Map(), greedy: new Map() };
}

/** The table of a REST API, which has no `$default` route: that of another API would open whatever the table does not name. */
export function withoutDefault<Table extends RouteTable>(table: Table): Table {
  const routes = new Map(table.routes);
  return routes.delete("$default") ? { ...table, routes } : table;
}

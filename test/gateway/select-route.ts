import type { ApiType, RouteConfig } from "./types.ts";

/** The route chosen for a request and what its path parameters hold. */
export interface Selection {
  readonly route: RouteConfig;
  readonly pathParameters: Readonly<Record<string, string>> | null;
}

interface Candidate extends Selection {
  readonly method: string;
  readonly resource: string;
  /** One rank a segment: static, then a parameter, then a greedy parameter. */
  readonly ranks: readonly number[];
}

const STATIC = 0;
const PARAMETER = 1;
const GREEDY = 2;

/** Chooses the route of an HTTP request; null where there is none. */
export function selectRoute(api: ApiType, routes: readonly RouteConfig[], method: string, path: string): Selection | null {
  const matching = routes.flatMap((route) => candidates(route, path)).toSorted(bySpecificity);
  // On REST the resource is chosen first: one that lacks the method hides a wider one that has it.
  const eligible = api === "rest" ? matching.filter(({ resource }) => resource === matching[0]?.resource) : matching;
  const found = eligible.find((candidate) => candidate.method === method) ?? null;
  const any = eligible.find((candidate) => candidate.method === "ANY") ?? null;
  const best = found !== null && any !== null && bySpecificity(any, found) < 0 ? any : (found ?? any);
  if (best !== null) return best;
  const fallback = api === "http" ? routes.find(({ key }) => key === "$default") : undefined;
  return fallback === undefined ? null : { route: fallback, pathParameters: null };
}

function candidates(route: RouteConfig, path: string): Candidate[] {
  const [method, resource] = route.key.split(" ");
  if (method === undefined || resource === undefined) return [];
  const match = matchPath(resource.split("/").slice(1), path.split("/").slice(1));
  return match === null ? [] : [{ route, method, resource, ...match }];
}

function matchPath(template: readonly string[], segments: readonly string[]): Pick<Candidate, "ranks" | "pathParameters"> | null {
  const parameters: [string, string][] = [];
  const ranks: number[] = [];
  for (const [i, part] of template.entries()) {
    const greedy = /^\{(.+)\+\}$/.exec(part)?.[1];
    const name = greedy ?? /^\{(.+)\}$/.exec(part)?.[1];
    const value = greedy === undefined ? segments[i] : segments.slice(i).join("/");
    if (value === undefined || (name === undefined ? value !== part : value === "")) return null;
    if (name !== undefined) parameters.push([name, value]);
    ranks.push(name === undefined ? STATIC : greedy === undefined ? PARAMETER : GREEDY);
  }
  if (ranks.at(-1) !== GREEDY && template.length !== segments.length) return null;
  return { ranks, pathParameters: parameters.length === 0 ? null : Object.fromEntries(parameters) };
}

function bySpecificity(a: Candidate, b: Candidate): number {
  const at = a.ranks.findIndex((rank, i) => rank !== b.ranks[i]);
  return at < 0 ? 0 : (a.ranks[at] ?? 0) - (b.ranks[at] ?? GREEDY + 1);
}

/** Chooses the route of a WebSocket message by `$request.body.action`; null where there is none. */
export function selectMessageRoute(routes: readonly RouteConfig[], body: string): RouteConfig | null {
  const action = readAction(body);
  const named = action?.startsWith("$") ? undefined : routes.find(({ key }) => key === action);
  return named ?? routes.find(({ key }) => key === "$default") ?? null;
}

function readAction(body: string): string | null {
  try {
    const message: unknown = JSON.parse(body);
    const action = typeof message === "object" && message !== null ? (message as Record<string, unknown>)["action"] : null;
    return typeof action === "string" ? action : null;
  } catch {
    return null;
  }
}

/** Import direction: which folder may reach which, held against the sources. `npm run check` calls it. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** One import of a file, its specifier resolved to a project path where it is relative. */
interface Import {
  readonly to: string;
  /** The import vanishes when types are stripped. */
  readonly typeOnly: boolean;
}

/** The project's sources: path from the root, with forward slashes, to what the file imports. */
export type ImportGraph = ReadonlyMap<string, readonly Import[]>;

interface DirectionRule {
  /** The files the rule is about. */
  readonly from: RegExp;
  /** What they may not import. */
  readonly never: RegExp;
  /** True: not through other files either. */
  readonly transitively: boolean;
  /** Whether a type-only import breaks the rule too. */
  readonly typesToo: boolean;
  readonly because: string;
}

const ROOTS = ["src", "functions", "authorizers", "local", "cli", "bench", "scripts", "examples"];

/** Packages count by name, own files by path. */
export const DIRECTION_RULES: readonly DirectionRule[] = [
  {
    // A logout token from an identity provider has to be verified, and the function that does it has no principal and no business.
    from: /^functions\/(?!sessions\/backchannel-logout\.ts$)|^gateway\.(routes|sessions)\.ts$/,
    never: /^(src\/(token|keys|issuers|providers|gateway|authorize)\b|gateway\.config\.ts$|authorizers\/|jose$)/,
    transitively: true,
    typesToo: false,
    because: "nothing behind the wall sees a token, a key or a provider",
  },
  {
    from: /^functions\/(?!sessions\/)/,
    never: /^src\/(guard\/session-guard|sessions\/sign-out)\.ts$/,
    transitively: true,
    typesToo: true,
    because: "only the functions that end sessions are handed the caller's token",
  },
  {
    from: /^functions\/(?!sessions\/backchannel-logout\.ts$)/,
    never: /^(src\/(token|keys|issuers|providers|gateway|authorize)\b|gateway\.config\.ts$|jose$)/,
    transitively: false,
    typesToo: true,
    because: "business code does not know these, not even as types",
  },
  {
    from: /^src\//,
    never: /^(local|cli|bench|test|scripts|functions|authorizers|examples)\/|^gateway\.(config|routes|sessions)\.ts$/,
    transitively: false,
    typesToo: true,
    because: "the library knows neither its users nor its tools",
  },
  {
    from: /^src\/(?!aws\/(dynamo|cognito)-sdk\.ts)/,
    never: /^@aws-sdk\//,
    transitively: false,
    typesToo: true,
    because: "the AWS SDK comes in by src/aws/*-sdk.ts only, which are loaded when a table or a user pool is asked",
  },
  {
    from: /^src\/(rules|principal|guard)\//,
    never: /^(src\/(keys|issuers|providers|gateway|authorize|aws)\b|jose$)/,
    transitively: true,
    typesToo: false,
    because: "rules and principals are on both sides of the wall and stay free of tokens and providers",
  },
  {
    from: /^src\/gateway\/policy\//,
    never: /^src\/(?!rules\/|gateway\/(policy\/|arn\.ts$))/,
    transitively: false,
    typesToo: true,
    because: "a policy is made of a route table and an address, whoever asks",
  },
  {
    from: /^(authorizers|functions)\//,
    never: /^(local|cli|bench|test|scripts)\//,
    transitively: true,
    typesToo: true,
    because: "what is deployed holds nothing of the local twin or the tools",
  },
];

/** Rules that need exceptions name them here: within `src`, what may read the environment. */
const ENVIRONMENT = { in: /^src\//, except: /^src\/config\//, reads: /\bprocess\s*\.\s*env\b|\bprocess\s*\[\s*["']env/ };

const IMPORT = /(?:^|[\s;}])(import|export)\s+(type\s+)?([^"';]*?\bfrom\s*)?["']([^"'\n]+)["']|\bimport\(\s*["']([^"'\n]+)["']/g;

/** Comments hold example imports; strings that hold comment marks do not occur in import statements. */
const withoutComments = (source: string) => source.replace(/\/\*[\s\S]*?\*\//g, " ").replace(/^\s*\/\/.*$/gm, " ");

/** `{ type A, type B }` imports nothing at run time either. */
const namesTypesOnly = (clause: string) => /^\{\s*(type\s+[^,}]+,?\s*)+\}\s*from\s*$/.test(clause.trimStart());

/** The imports of one source text at a project path. */
export function importsOf(path: string, source: string): Import[] {
  return [...withoutComments(source).matchAll(IMPORT)].flatMap(([, , type, clause = "", fixed, dynamic]) => {
    const specifier = fixed ?? dynamic;
    if (specifier === undefined) return [];
    const relativeTo = specifier.startsWith(".") ? relative("/", resolve("/", dirname(path), specifier)).replaceAll("\\", "/") : specifier;
    return [{ to: relativeTo, typeOnly: type !== undefined || namesTypesOnly(clause) }];
  });
}

/** The shortest chain of run-time imports from a file to something forbidden; the first step may be a type where types count. */
function chainTo(graph: ImportGraph, from: string, rule: DirectionRule): string[] | null {
  const queue: string[][] = [[from]];
  const seen = new Set([from]);
  for (let chain = queue.shift(); chain !== undefined; chain = queue.shift()) {
    for (const { to, typeOnly } of graph.get(chain.at(-1) ?? "") ?? []) {
      if (typeOnly && !rule.typesToo) continue;
      if (rule.never.test(to)) return [...chain, to];
      if (rule.transitively && !seen.has(to)) queue.push([...chain, to]);
      seen.add(to);
    }
  }
  return null;
}

/** Every cycle of run-time imports, once, as the chain that closes it. */
function cycles(graph: ImportGraph): string[][] {
  const done = new Set<string>();
  const found: string[][] = [];
  const visit = (path: string, chain: readonly string[]) => {
    const at = chain.indexOf(path);
    if (at !== -1) return void found.push([...chain.slice(at), path]);
    if (done.has(path)) return;
    for (const { to, typeOnly } of graph.get(path) ?? []) if (!typeOnly) visit(to, [...chain, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return found;
}

/** What is wrong with a set of sources (project path to text), one line each; empty when all is well. */
export function checkImports(sources: ReadonlyMap<string, string>): string[] {
  const graph: ImportGraph = new Map([...sources].map(([path, source]) => [path, importsOf(path, source)]));
  const wrong = [...graph.keys()].flatMap((path) => {
    const broken = DIRECTION_RULES.filter(({ from }) => from.test(path)).map((rule) => ({ chain: chainTo(graph, path, rule), rule }));
    const lines = broken.flatMap(({ chain, rule }) => (chain === null ? [] : [`${chain.join(" -> ")}: ${rule.because}`]));
    return lines.slice(0, 1); // one import may break several rules; the first, the most general, says enough
  });
  const environment = [...sources]
    .filter(
      ([path, source]) => ENVIRONMENT.in.test(path) && !ENVIRONMENT.except.test(path) && ENVIRONMENT.reads.test(withoutComments(source)),
    )
    .map(([path]) => `${path}: reads process.env; only src/config does`);
  return [...wrong, ...environment, ...cycles(graph).map((cycle) => `${cycle.join(" -> ")}: an import cycle`)];
}

/** Reads the project's own sources. */
export function readSources(root: string): Map<string, string> {
  const sources = new Map<string, string>();
  const read = (path: string) => sources.set(path, readFileSync(join(root, path), "utf8"));
  for (const file of ["gateway.config.ts", "gateway.routes.ts", "gateway.sessions.ts"])
    if (statSync(join(root, file), { throwIfNoEntry: false })) read(file);
  for (const folder of ROOTS) {
    if (!statSync(join(root, folder), { throwIfNoEntry: false })) continue;
    for (const entry of readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })) {
      if (/\.(ts|mjs)$/.test(entry) && !entry.includes("node_modules")) read(`${folder}/${entry.replaceAll("\\", "/")}`);
    }
  }
  return sources;
}

if (import.meta.main) {
  const wrong = checkImports(readSources(fileURLToPath(new URL("..", import.meta.url))));
  for (const line of wrong) console.error(line);
  process.exitCode = wrong.length === 0 ? 0 : 1;
}

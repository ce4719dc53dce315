import { decideOwn, httpApi, restApi } from "./authorizers.ts";
import { race } from "./measure.ts";
import { createGateway, createSigner, type GatewaySize, issuerUrl, type Signer } from "./tokens.ts";

/** Decisions in one round. */
const BATCH = 16;
const SIZES = [1, 10, 100, 1_000];
/** Its check is the cheapest, so that whatever grows shows most. */
const ALGORITHM = "RS256";

/** Microseconds for one decision with the last issuer and the last route of a table, by the size of the table. */
export interface GrowthResult {
  readonly name: string;
  /** Whether all routes have one rule. A policy is about every rule of its table, so that it takes longer where each has its own. */
  readonly sharesRules: boolean;
  readonly bySize: readonly { readonly size: number; readonly microseconds: number }[];
}

interface Series extends Pick<GrowthResult, "name" | "sharesRules"> {
  readonly api: typeof httpApi;
  readonly sizeOf: (size: number) => GatewaySize;
}

const routes = (size: number) => ({ issuers: 1, routes: size });

const SERIES: readonly Series[] = [
  { name: "issuers, HTTP API", api: httpApi, sizeOf: (size) => ({ issuers: size, routes: 1 }), sharesRules: true },
  { name: "routes that share a rule, HTTP API", api: httpApi, sizeOf: routes, sharesRules: true },
  { name: "routes that share a rule, REST API", api: restApi, sizeOf: routes, sharesRules: true },
  { name: "routes, every second with a scope of its own, REST API", api: restApi, sizeOf: routes, sharesRules: false },
];

/** How a decision on a never-seen RS256 token grows with the configuration. */
export async function measureGrowth(rounds: number): Promise<readonly GrowthResult[]> {
  const signer = createSigner(ALGORITHM);
  const tokenAt = createSupply(signer);
  const results: GrowthResult[] = [];
  for (const { name, api, sizeOf, sharesRules } of SERIES) {
    const tables = SIZES.map((size) => {
      const counts = sizeOf(size);
      const prepare = api(createGateway(ALGORITHM, { ...counts, sharesRules }), signer);
      return (position: number) => prepare(tokenAt(counts.issuers - 1, position), counts.routes - 1);
    });
    const contenders = SIZES.map((size, index) => decideOwn(String(size), index));
    const medians = await race(contenders, rounds, (round) =>
      Array.from({ length: BATCH }, (_, index) => tables.map((decisionAt) => decisionAt(round * BATCH + index))),
    );
    results.push({ name, sharesRules, bySize: SIZES.map((size, index) => ({ size, microseconds: medians[index] ?? Number.NaN })) });
  }
  return results;
}

/** A token of an issuer by its position, minted once: every authorizer remembers for itself, and each is given a position once. */
function createSupply({ mint }: Signer): (issuer: number, position: number) => string {
  const minted = new Map<string, string>();
  return (issuer, position) => {
    const key = `${issuer} ${position}`;
    const token = minted.get(key) ?? mint(issuerUrl(issuer)).text;
    minted.set(key, token);
    return token;
  };
}

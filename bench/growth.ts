import { type Authorize, httpApi, restApi } from "./authorizers.ts";
import { type Contender, race } from "./measure.ts";
import { createGateway, createSigner, issuerUrl } from "./tokens.ts";

/** Decisions in one round. */
const BATCH = 16;
const SIZES = [1, 10, 100, 1_000];

/** Microseconds for one decision with the last issuer and the last route of a table, by the size of the table. */
export interface GrowthResult {
  readonly name: string;
  readonly bySize: readonly { readonly size: number; readonly microseconds: number }[];
}

const SERIES = [
  { name: "issuers, HTTP API", api: httpApi, sizeOf: (size: number) => ({ issuers: size, routes: 1 }) },
  { name: "routes, HTTP API", api: httpApi, sizeOf: (size: number) => ({ issuers: 1, routes: size }) },
  { name: "routes, REST API (answers a policy)", api: restApi, sizeOf: (size: number) => ({ issuers: 1, routes: size }) },
];

/** How a decision on a never-seen ES256 token grows with the configuration. */
export async function measureGrowth(rounds: number): Promise<readonly GrowthResult[]> {
  const signer = createSigner("ES256");
  const results: GrowthResult[] = [];
  for (const { name, api, sizeOf } of SERIES) {
    const contenders = SIZES.map((size): Contender<number> => {
      const counts = sizeOf(size);
      const authorize = api(createGateway("ES256", counts), signer);
      const mint = () => signer.mint(issuerUrl(counts.issuers - 1)).text;
      return { name: String(size), work: (inputs) => decide(authorize, mint, counts.routes - 1, inputs.length) };
    });
    const medians = await race(contenders, rounds, () => Array.from({ length: BATCH }, (_, index) => index));
    results.push({ name, bySize: SIZES.map((size, index) => ({ size, microseconds: medians[index] ?? Number.NaN })) });
  }
  return results;
}

/** Signing is a part of every round; it costs the same at every size, and a fraction of the check. */
async function decide(authorize: Authorize, mint: () => string, route: number, times: number): Promise<void> {
  for (let done = 0; done < times; done++) await authorize(mint(), route);
}

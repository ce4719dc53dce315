/** Runs in a process of its own: `memory-child.ts <distinct|repeated> <invocations>`; prints samples of its resident memory. */
import { httpApi } from "./authorizers.ts";
import { supplyTokens } from "./memory.ts";
import { createGateway, createSigner, issuerUrl } from "./tokens.ts";

/** Samples taken, evenly spread. */
const SAMPLES = 20;
/** Cheap to sign: every token of a million is minted here, just before it is used. */
const ALGORITHM = "ES256";

const [kind, count] = process.argv.slice(2);
const invocations = Number(count);
const signer = createSigner(ALGORITHM);
const prepare = httpApi(createGateway(ALGORITHM, { issuers: 1, routes: 1 }), signer);
const nextToken = supplyTokens(kind === "distinct" ? "distinct" : "repeated", () => signer.mint(issuerUrl(0)).text);
const samples: number[] = [];
for (let done = 0; done < invocations; done++) {
  if (done % Math.ceil(invocations / SAMPLES) === 0) samples.push(residentMemory());
  await prepare(nextToken(), 0)();
}
samples.push(residentMemory());
console.log(JSON.stringify(samples));

/** Bytes, garbage not counted where it can be collected. */
function residentMemory(): number {
  globalThis.gc?.();
  return process.memoryUsage.rss();
}

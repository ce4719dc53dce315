/** Runs in a process of its own: `memory-child.ts <distinct|repeated> <invocations> <tokens>`; prints samples of its resident memory. */
import { httpApi } from "./authorizers.ts";
import { createGateway, createSigner, issuerUrl } from "./tokens.ts";

/** Samples taken, evenly spread. */
const SAMPLES = 20;

const [kind, ...numbers] = process.argv.slice(2);
const [invocations = 0, count = 0] = numbers.map(Number);
const signer = createSigner("RS256");
const authorize = httpApi(createGateway("RS256", { issuers: 1, routes: 1 }), signer);
const tokens = Array.from({ length: kind === "distinct" ? count : 1 }, () => signer.mint(issuerUrl(0)).text);
const samples: number[] = [];
for (let done = 0; done < invocations; done++) {
  if (done % Math.ceil(invocations / SAMPLES) === 0) samples.push(residentMemory());
  await authorize(tokens[done % tokens.length] ?? "", 0);
}
samples.push(residentMemory());
console.log(JSON.stringify(samples));

/** Bytes, garbage not counted where it can be collected. */
function residentMemory(): number {
  globalThis.gc?.();
  return process.memoryUsage.rss();
}

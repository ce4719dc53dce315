import { checkPrimeSync, createPrivateKey, type KeyObject } from "node:crypto";

const E = 65_537n;
/** The primes of the published fingerprint, 2 to 167. */
const PRIMES = Array.from({ length: 166 }, (_, index) => BigInt(index + 2)).filter((number) => checkPrimeSync(number));
const PRODUCT = PRIMES.reduce((all, prime) => all * prime, 1n);

/** The first prime of 1024 bits after this one's multiple that has the form of the flawed chips: `k * M + 65537^a mod M` (CVE-2017-15361). */
function weakPrime(seed: bigint): bigint {
  const start = ((3n << 1022n) / PRODUCT + seed) * PRODUCT;
  for (let residue = E; ; residue = (residue * E) % PRODUCT) if (checkPrimeSync(start + residue)) return start + residue;
}

/** An RSA key of 2048 bits as the flawed chips made them: it signs and verifies like any other, and can be factored. Always the same. */
export function makeRocaKey(): KeyObject {
  const [p, q] = [weakPrime(1n), weakPrime(2n)];
  const d = inverse(E, (p - 1n) * (q - 1n));
  const parts = { n: p * q, e: E, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) };
  const jwk = Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, octets(value)]));
  return createPrivateKey({ format: "jwk", key: { kty: "RSA", ...jwk } });
}

/** The number that times this one is 1, modulo another (Euclid's algorithm). */
function inverse(number: bigint, modulus: bigint): bigint {
  let [rest, next, found, following] = [modulus, number % modulus, 0n, 1n];
  while (next !== 0n) [rest, next, found, following] = [next, rest % next, following, found - (rest / next) * following];
  return ((found % modulus) + modulus) % modulus;
}

function octets(value: bigint): string {
  const hex = value.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex").toString("base64url");
}

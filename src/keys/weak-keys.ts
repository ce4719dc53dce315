/** The primes of the published ROCA fingerprint (CVE-2017-15361). */
const SMALL_PRIMES = [
  3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139,
  149, 151, 157, 163, 167,
];

/** The y coordinates of Ed25519's points of small order, little-endian hex, sign bit cleared; aliases above p included. */
const SMALL_ORDER_Y = new Set([
  `00${"00".repeat(31)}`,
  `01${"00".repeat(31)}`,
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  `ec${"ff".repeat(30)}7f`,
  `ed${"ff".repeat(30)}7f`,
  `ee${"ff".repeat(30)}7f`,
]);

/**
 * Whether an RSA modulus can be told to be weak by arithmetic alone: even, divisible by a small prime, or bearing the
 * ROCA fingerprint (its residue modulo every small prime is a power of 65537).
 */
export function isModulusWeak(modulus: bigint): boolean {
  if (modulus % 2n === 0n) return true;
  const residues = SMALL_PRIMES.map((prime) => Number(modulus % BigInt(prime)));
  return residues.includes(0) || residues.every((residue, index) => isPowerOf65537(residue, SMALL_PRIMES[index] ?? 1));
}

/** Whether an Ed25519 public key is a point of small order, under which signatures of any message can be made. */
export function isPointWeak(point: Uint8Array): boolean {
  const y = Buffer.from(point);
  y[31] = (y[31] ?? 0) & 0x7f;
  return SMALL_ORDER_Y.has(y.toString("hex"));
}

function isPowerOf65537(residue: number, prime: number): boolean {
  let power = 1;
  do {
    if (power === residue) return true;
    power = (power * 65537) % prime;
  } while (power !== 1);
  return false;
}

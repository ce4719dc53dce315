const [SEQUENCE, INTEGER, LONG_LENGTH] = [0x30, 0x02, 0x81];
const SHORT = 0x80;

/**
 * An ECDSA signature as OpenSSL reads it: the DER of two INTEGERs (RFC 3279 section 2.2.3), made from the two halves of equal
 * length that a JWS has (RFC 7518 section 3.4). Every signature has exactly one such form. To hand `crypto.verify` the halves
 * (`dsaEncoding`) instead takes half as long again as checking P-256 itself.
 */
export function toDer(signature: Uint8Array): Uint8Array {
  const half = signature.length / 2;
  const [r, s] = [integerAt(signature, 0, half), integerAt(signature, half, signature.length)];
  const length = r.length + s.length + 4;
  const head = length < SHORT ? [SEQUENCE, length] : [SEQUENCE, LONG_LENGTH, length];
  const der = new Uint8Array(head.length + length);
  der.set(head);
  writeInteger(der, head.length, r);
  writeInteger(der, head.length + 2 + r.length, s);
  return der;
}

/** Where a number's significant bytes begin, and how many bytes it takes with the zero that keeps it positive. */
interface Half {
  readonly bytes: Uint8Array;
  readonly length: number;
}

function integerAt(signature: Uint8Array, from: number, to: number): Half {
  let start = from;
  while (start < to - 1 && signature[start] === 0) start++;
  const bytes = signature.subarray(start, to);
  return { bytes, length: bytes.length + ((bytes[0] ?? 0) >= SHORT ? 1 : 0) };
}

function writeInteger(der: Uint8Array, at: number, { bytes, length }: Half): void {
  der[at] = INTEGER;
  der[at + 1] = length;
  der.set(bytes, at + 2 + length - bytes.length);
}

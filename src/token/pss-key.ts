import type { KeyObject } from "node:crypto";
import { createPublicKey } from "../node-crypto.ts";

/** The digests of PS256, PS384 and PS512: the last byte of their object identifier (2.16.840.1.101.3.4.2.n), and their length. */
const DIGESTS: Readonly<Record<string, { readonly id: number; readonly length: number }>> = {
  sha256: { id: 1, length: 32 },
  sha384: { id: 2, length: 48 },
  sha512: { id: 3, length: 64 },
};
const RSASSA_PSS = "06092a864886f70d01010a";
const MGF1 = "06092a864886f70d010108";

/** A key, and the one length of its signatures in bytes. */
export interface PssKey {
  readonly key: KeyObject;
  readonly signatureLength: number;
}

const derived = new WeakMap<KeyObject, Map<string, PssKey>>();

/**
 * An RSA key that verifies RSASSA-PSS with one digest, and a salt as long as it, and nothing else (RFC 4055 section 3.1). It says
 * so itself, so that `crypto.verify` needs no options beside it: reading those takes as long as checking the signature.
 */
export function pssKey(key: KeyObject, hash: string): PssKey {
  const known = derived.get(key) ?? new Map<string, PssKey>();
  derived.set(key, known);
  const made = known.get(hash) ?? makeKey(key, hash);
  known.set(hash, made);
  return made;
}

function makeKey(key: KeyObject, hash: string): PssKey {
  const { id, length } = DIGESTS[hash] ?? { id: 0, length: 0 };
  const digest = Buffer.from([0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, id, 0x05, 0x00]);
  const mask = der(0x30, Buffer.from(MGF1, "hex"), digest);
  const parameters = der(0x30, der(0xa0, digest), der(0xa1, mask), der(0xa2, Buffer.from([0x02, 0x01, length])));
  const algorithm = der(0x30, Buffer.from(RSASSA_PSS, "hex"), parameters);
  const bits = der(0x03, Buffer.from([0]), key.export({ format: "der", type: "pkcs1" }));
  return {
    key: createPublicKey({ key: der(0x30, algorithm, bits), format: "der", type: "spki" }),
    signatureLength: Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8),
  };
}

/** DER (X.690): a tag, the length and the contents, of less than 64 kB. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const length = body.length < 0x80 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

import { createHash, createHmac } from "node:crypto";

/** Seconds that one code is for (RFC 6238 section 4.1), and how many codes before and after are taken as well. */
const STEP = 30;
const DRIFT = 1;
const DIGITS = 6;
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The secret of a persona's authenticator, in the form that authenticator apps read: the same after every start of the twin. */
export function totpSecret(subject: string): string {
  const bytes = createHash("sha256").update(`local twin, second factor of ${subject}`).digest().subarray(0, 20);
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return (bits.match(/.{5}/g) ?? []).map((five) => BASE32[Number.parseInt(five, 2)]).join("");
}

/** The code that an authenticator with this secret shows at a time in milliseconds. RFC 6238 with SHA-1 and six digits. */
export const totpCode = (secret: string, now: number): string => codeOf(secret, Math.floor(now / 1000 / STEP));

/** The number of the time step that a code belongs to, near a time in milliseconds; null: the code is wrong. */
export function matchTotp(secret: string, code: string, now: number): number | null {
  const step = Math.floor(now / 1000 / STEP);
  for (let near = step - DRIFT; near <= step + DRIFT; near += 1) if (codeOf(secret, near) === code) return near;
  return null;
}

/** RFC 4226 section 5.3. */
function codeOf(secret: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", decode(secret)).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 0x0f;
  const number = mac.readUInt32BE(offset) & 0x7f_ff_ff_ff;
  return String(number % 10 ** DIGITS).padStart(DIGITS, "0");
}

function decode(secret: string): Buffer {
  const bits = Array.from(secret, (letter) => BASE32.indexOf(letter).toString(2).padStart(5, "0")).join("");
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

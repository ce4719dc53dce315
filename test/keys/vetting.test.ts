import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { isFetchable, mayPointTo } from "../../src/keys/addresses.ts";
import { MIN_MODULUS_BITS, readKey, readKeyId, SECRET_MEMBERS } from "../../src/keys/jwk.ts";
import { hasUsableKey, keyFor, readKeySet } from "../../src/keys/key-set.ts";
import { isModulusWeak, isPointWeak } from "../../src/keys/weak-keys.ts";
import { makeKey } from "./kit.ts";

const { jwk } = makeKey("a");
const rsa = { ...generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey.export({ format: "jwk" }), kid: "r" };
const octets = (value: bigint) => Buffer.from(value.toString(16).padStart(2 * Math.ceil(value.toString(16).length / 2), "0"), "hex");
/** The next odd modulus from there on that only its size could speak against. */
function strongFrom(value: bigint): string {
  let candidate = value | 1n;
  while (isModulusWeak(candidate)) candidate += 2n;
  return octets(candidate).toString("base64url");
}

describe("a key's own facts", () => {
  it.each(["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"])("a key with the secret member %s is none", (name) => {
    expect(SECRET_MEMBERS).toContain(name);
    expect(readKey({ ...jwk, [name]: "AA" })).toBeNull();
  });

  it.each([
    [["verify"], true],
    [["sign"], false],
    [["verify", "verify"], false],
    [["verify", "encrypt"], false],
    [[], false],
    [{ 0: "verify", length: 1 }, false],
  ])("a key for %j may verify: %s", (key_ops, expected) => expect(readKey({ ...jwk, key_ops }) !== null).toBe(expected));

  it.each([
    ["k", "k"],
    ["k".repeat(256), "k".repeat(256)],
    ["k".repeat(257), null],
    ["", null],
    [7, null],
    [undefined, null],
  ])("the id %j is read as %j", (kid, expected) => expect(readKeyId(kid === undefined ? {} : { kid })).toBe(expected));

  it("an RSA modulus has 2048 to 8192 bits", () => {
    expect(MIN_MODULUS_BITS).toBe(2048);
    const isRead = (bits: bigint) => readKey({ ...rsa, n: strongFrom(1n << (bits - 1n)) }) !== null;
    expect([2047n, 2048n, 8192n, 8193n].map(isRead)).toEqual([false, true, true, false]);
    const longest = Buffer.from(strongFrom(1n << 8191n), "base64url");
    expect(readKey({ ...rsa, n: Buffer.concat([Buffer.alloc(1), longest]).toString("base64url") })).not.toBeNull();
  });

  it.each([
    ["Aw", true],
    ["BQ", true],
    ["_____w", true],
    ["AQAAAAE", false],
    ["AQ", false],
    ["BA", false],
    ["", false],
  ])("an RSA exponent %j is taken: %s", (e, expected) => expect(readKey({ ...rsa, e }) !== null).toBe(expected));
});

describe("a key with a coordinate that cannot be read", () => {
  const ed25519 = { ...generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" }), kid: "o" };

  it.each<[string, object]>([
    ["P-256 without y", { ...jwk, y: undefined }],
    ["P-256 with an empty x", { ...jwk, x: "" }],
    ["P-256 with a padded x", { ...jwk, x: `${jwk.x}=` }],
    ["Ed25519 without x", { ...ed25519, x: undefined }],
    ["Ed25519 with a padded x", { ...ed25519, x: `${ed25519.x}=` }],
    ["Ed25519 with a short x", { ...ed25519, x: Buffer.alloc(31, 7).toString("base64url") }],
  ])("is none, and stands in no other key's way: %s", (_what, broken) => {
    expect(readKey(broken)).toBeNull();
    expect(readKeySet({ keys: [broken, makeKey("good").jwk] }).get("good")).toHaveLength(1);
  });
});

describe("weak keys", () => {
  const SMALL_ORDER = [
    "00".repeat(32),
    `01${"00".repeat(31)}`,
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    `ec${"ff".repeat(30)}7f`,
    `ed${"ff".repeat(30)}7f`,
    `ee${"ff".repeat(30)}7f`,
  ];

  it.each(SMALL_ORDER)("the point %s is of small order, with either sign, and as a key is none", (hex) => {
    const point = Buffer.from(hex, "hex");
    expect(isPointWeak(point)).toBe(true);
    point[31] = (point[31] ?? 0) ^ 0x80;
    expect(isPointWeak(point)).toBe(true);
    point[5] = (point[5] ?? 0) ^ 1;
    expect(isPointWeak(point)).toBe(false);
    expect(readKey({ kty: "OKP", crv: "Ed25519", x: Buffer.from(hex, "hex").toString("base64url"), kid: "o" })).toBeNull();
  });

  it.each([3n, 5n, 7n, 127n, 131n, 137n, 139n, 149n, 151n, 157n, 163n, 167n])("a multiple of %s is weak", (prime) => {
    const modulus = BigInt(`0x${Buffer.from(rsa.n ?? "", "base64url").toString("hex")}`);
    expect([isModulusWeak(modulus), isModulusWeak(modulus * prime)]).toEqual([false, true]);
  });

  it("a modulus is weak where all of its residues are powers of 65537, one included, and not where one is none", () => {
    expect([isModulusWeak(65_537n), isModulusWeak(65_537n ** 5n), isModulusWeak(1n)]).toEqual([true, true, true]);
    expect(isModulusWeak(173n)).toBe(false);
  });
});

describe("a set", () => {
  it("is usable by one key that is, and not by ids alone", () => {
    expect(hasUsableKey(readKeySet({ keys: [{ ...jwk, use: "enc" }, makeKey("b").jwk] }))).toBe(true);
    expect(hasUsableKey(readKeySet({ keys: [{ ...jwk, use: "enc" }] }))).toBe(false);
    expect(hasUsableKey(new Map())).toBe(false);
  });

  it("lists ids only, not keys that have none", () => {
    expect([...readKeySet({ keys: [{ ...jwk, kid: undefined }, { ...jwk, kid: "" }, jwk] }).keys()]).toEqual(["a"]);
  });

  it("has no key for an id that it lacks", () => {
    expect(keyFor(undefined, "ES256")).toBeNull();
    expect(keyFor(readKeySet({ keys: [jwk] }).get("a"), "ES256")).not.toBeNull();
    expect(keyFor(readKeySet({ keys: [jwk] }).get("a"), "RS256")).toBeNull();
  });
});

describe("an address", () => {
  it.each([
    ["https://id.example/keys", true],
    ["http://localhost/keys", true],
    ["http://LOCALHOST:8080/keys", true],
    ["http://127.0.0.1/keys", true],
    ["http://127.1/keys", true],
    ["http://127.10.200.30/keys", true],
    ["http://[::1]/keys", true],
    ["http://[::2]/keys", false],
    ["http://xlocalhost/keys", false],
    ["http://localhostx/keys", false],
    ["http://128.0.0.1/keys", false],
    ["http://id.example/keys", false],
    ["https://user@id.example/keys", false],
    ["https://:pass@id.example/keys", false],
    ["ftp://localhost/keys", false],
    ["keys", false],
  ])("%s may be asked: %s", (url, expected) => expect(isFetchable(url)).toBe(expected));

  it.each([
    ["https://10.0.0.1/", false],
    ["https://1234567/", false],
    ["https://[fd00::1]/", false],
    ["https://localhost/", false],
    ["https://localhost./", false],
    ["https://keys.localhost/", false],
    ["https://a.keys.localhost/", false],
    ["https://xlocalhost/", true],
    ["https://localhost.example/", true],
    ["https://10.0.0.1.example/", true],
    ["https://id.example:8443/", true],
    ["https://keys.example/", true],
    ["http://127.0.0.1/", false],
  ])("a document from the internet may point to %s: %s", (to, expected) => {
    expect(mayPointTo("https://id.example/discovery", to)).toBe(expected);
  });

  it("may point to its own host, whatever that is", () => {
    expect(mayPointTo("https://[fd00::1]/discovery", "https://[fd00::1]/keys")).toBe(true);
    expect(mayPointTo("http://localhost/discovery", "http://[::1]/keys")).toBe(true);
  });
});

import { constants, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { cognito, defineGateway, entraId, group, oidc, role, scope } from "../../src/index.ts";

/** 2026-11-20T12:00:00Z, in seconds and in milliseconds. */
export const NOW = 1_795_176_000;
export const CLOCK = () => NOW * 1_000;

export const AUDIENCE = "https://api.lab.example";
const TENANT = "11111111-2222-4333-8444-555555555555";
const CLIENT = "canary-client-0001";

/** The gateway under attack: issuers of different kinds, so that nothing can pass by belonging to another one. */
export const gateway = defineGateway({
  issuers: {
    shop: oidc({ issuer: "https://shop.example", audience: AUDIENCE, jwksUri: "https://shop.example/keys" }),
    curve: oidc({
      issuer: "https://curve.example",
      audience: AUDIENCE,
      jwksUri: "https://curve.example/keys",
      algorithms: ["ES256", "EdDSA"],
    }),
    padded: oidc({ issuer: "https://padded.example", audience: AUDIENCE, jwksUri: "https://padded.example/keys", algorithms: ["PS256"] }),
    pool: cognito({ userPoolId: "eu-west-1_SamplePool", clientIds: [CLIENT] }),
    staff: entraId({ tenants: [TENANT], audience: AUDIENCE }),
  },
  routes: {
    "GET /health": "public",
    "GET /orders": scope("orders:read"),
    "POST /orders": group("buyers"),
    "DELETE /orders/{id}": role("admin"),
    "GET /files/{path+}": role("admin"),
    $connect: scope("orders:read"),
  },
});

export type IssuerName = "shop" | "curve" | "padded" | "pool" | "staff";
export type SigningAlgorithm = "RS256" | "RS384" | "RS512" | "PS256" | "PS384" | "ES256" | "ES384" | "EdDSA";

/** Named by the issuer whose key it is, or by what it is good for. */
const rsa = () => generateKeyPairSync("rsa", { modulusLength: 2048 });
const PAIRS = {
  shop: rsa(),
  padded: rsa(),
  attacker: rsa(),
  curve: generateKeyPairSync("ec", { namedCurve: "P-256" }),
  edwards: generateKeyPairSync("ed25519"),
};
export const ATTACKER: KeyObject = PAIRS.attacker.privateKey;

/** The private key that signs each issuer's tokens; three of them share one, which no test may notice. */
export const PRIVATE: Readonly<Record<IssuerName | "edwards", KeyObject>> = {
  shop: PAIRS.shop.privateKey,
  pool: PAIRS.shop.privateKey,
  staff: PAIRS.shop.privateKey,
  padded: PAIRS.padded.privateKey,
  curve: PAIRS.curve.privateKey,
  edwards: PAIRS.edwards.privateKey,
};

/** The public half of a key as its issuer publishes it. */
export const jwkOf = (key: KeyObject, kid: string, extra: object = {}): Record<string, unknown> => ({
  ...publicJwk(key),
  kid,
  use: "sig",
  ...extra,
});

function publicJwk(key: KeyObject): Record<string, unknown> {
  const { kty, crv, x, y, n, e } = key.export({ format: "jwk" });
  return Object.fromEntries(Object.entries({ kty, crv, x, y, n, e }).filter(([, value]) => value !== undefined));
}

/** What every issuer of the lab publishes, by address. */
export const KEY_SETS: Readonly<Record<string, { readonly keys: readonly Record<string, unknown>[] }>> = {
  "https://shop.example/keys": { keys: [jwkOf(PRIVATE.shop, "key-1", { alg: "RS256" })] },
  "https://curve.example/keys": { keys: [jwkOf(PRIVATE.curve, "key-1"), jwkOf(PRIVATE.edwards, "key-2", { alg: "EdDSA" })] },
  "https://padded.example/keys": { keys: [jwkOf(PRIVATE.padded, "key-1")] },
  "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_SamplePool/.well-known/jwks.json": { keys: [jwkOf(PRIVATE.pool, "key-1")] },
  [`https://login.microsoftonline.com/${TENANT}/discovery/v2.0/keys`]: {
    keys: [jwkOf(PRIVATE.staff, "key-1", { issuer: "https://login.microsoftonline.com/{tenantid}/v2.0" })],
  },
};

const ISSUERS: Readonly<Record<IssuerName, string>> = {
  shop: "https://shop.example",
  curve: "https://curve.example",
  padded: "https://padded.example",
  pool: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_SamplePool",
  staff: `https://login.microsoftonline.com/${TENANT}/v2.0`,
};

const USUAL_ALGORITHMS: Readonly<Record<IssuerName, SigningAlgorithm>> = {
  shop: "RS256",
  curve: "ES256",
  padded: "PS256",
  pool: "RS256",
  staff: "RS256",
};

/** A good token's claims. The canaries are values that must turn up nowhere. */
export function claimsOf(issuer: IssuerName): Record<string, unknown> {
  const common = { iss: ISSUERS[issuer], sub: "canary-subject-0001", iat: NOW - 10, exp: NOW + 3_600, note: "canary-private-note-0001" };
  if (issuer === "pool") return { ...common, client_id: CLIENT, token_use: "access", scope: "orders:read" };
  if (issuer !== "staff") return { ...common, aud: AUDIENCE, client_id: CLIENT, scope: "orders:read" };
  return { ...common, aud: AUDIENCE, azp: CLIENT, tid: TENANT, oid: "canary-object-id-0001", scp: "orders:read", ver: "2.0" };
}

/** What a forged or real token is made of. Text is taken as it is, an object is laid over the good token's. */
export interface Recipe {
  readonly issuer?: IssuerName;
  readonly header?: object | string;
  readonly claims?: object | string;
  readonly algorithm?: SigningAlgorithm;
  readonly key?: KeyObject;
}

export const encode = (value: string | object | Uint8Array): string =>
  Buffer.from(typeof value === "string" || value instanceof Uint8Array ? value : JSON.stringify(value)).toString("base64url");

/** A token whose signature really holds over what it says, whatever that is. */
export function mint({ issuer = "shop", header = {}, claims = {}, algorithm, key }: Recipe = {}): string {
  const alg = algorithm ?? USUAL_ALGORITHMS[issuer];
  const head = typeof header === "string" ? header : { alg, kid: "key-1", typ: "JWT", ...header };
  const body = typeof claims === "string" ? claims : { ...claimsOf(issuer), ...claims };
  return signed(`${encode(head)}.${encode(body)}`, alg, key ?? PRIVATE[issuer]);
}

/** Text followed by its signature. */
export function signed(input: string, algorithm: SigningAlgorithm, key: KeyObject): string {
  return `${input}.${signature(Buffer.from(input), algorithm, key).toString("base64url")}`;
}

function signature(input: Buffer, algorithm: SigningAlgorithm, key: KeyObject): Buffer {
  const hash = `sha${algorithm.slice(2)}`;
  if (algorithm === "EdDSA") return sign(null, input, key);
  if (algorithm.startsWith("ES")) return sign(hash, input, { key, dsaEncoding: "ieee-p1363" });
  if (algorithm.startsWith("RS")) return sign(hash, input, key);
  return sign(hash, input, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST });
}

/** Header, payload and signature of a compact token. */
export const partsOf = (token: string) => token.split(".") as [header: string, payload: string, signature: string];

/** An issuer's servers: what they answer can be changed, and every request is counted. */
export function createServers(changes: Readonly<Record<string, unknown>> = {}) {
  const documents: Record<string, unknown> = { ...KEY_SETS, ...changes };
  const urls: string[] = [];
  return {
    documents,
    urls,
    fetch: async (url: string): Promise<Response> => {
      urls.push(url);
      const document = Object.hasOwn(documents, url) ? documents[url] : undefined;
      if (document === undefined) return new Response("no such page", { status: 404 });
      if (document instanceof Response) return document.clone();
      return new Response(typeof document === "string" ? document : JSON.stringify(document));
    },
  };
}
export type Servers = ReturnType<typeof createServers>;

/** Servers that do one thing to whoever asks; every request is counted. */
export function serversThat(answer: (url: string) => Promise<Response>): Servers {
  const servers = createServers();
  const fetch = async (url: string) => {
    servers.urls.push(url);
    return answer(url);
  };
  return { ...servers, fetch };
}

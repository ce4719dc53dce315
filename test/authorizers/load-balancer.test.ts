import { generateKeyPairSync, sign } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { albOidc, cognito, createVerifier, defineGateway, defineRoutes, group, httpAuthorizer, verifyingGuard } from "../../src/index.ts";
import type { Principal } from "../../src/principal/principal.ts";
import { httpAuthorizerEvent } from "../events/http-api.ts";

const NOW = 1_795_420_700;
const ARN = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/harbour/50dc6c495c0c9188";
const KID = "0f1e2d3c-4b5a-4968-8776-655443322110";
const POOL = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Harbour1";
const KEY = generateKeyPairSync("ec", { namedCurve: "P-256" });
const PEM = KEY.publicKey.export({ type: "spki", format: "pem" }).toString();

const routes = defineRoutes({ "GET /me": "authenticated", "GET /rota": group("night shift"), "GET /health": "public" });
/** The pool itself is an issuer too: the load balancer's tokens name it, and are not its. */
const issuers = {
  users: albOidc({ loadBalancers: [ARN], issuer: POOL, clientIds: ["web"], groupsClaim: "teams" }),
  pool: cognito({ userPoolId: "eu-west-1_Harbour1", clientIds: ["web"] }),
};
const gateway = defineGateway({ issuers, routes, forward: ["email"] });

const HEADER = { typ: "JWT", kid: KID, alg: "ES256", iss: POOL, client: "web", signer: ARN, exp: NOW + 120 };
const CLAIMS = { sub: "user-1", email: "lila@harbour.example", username: "lila", exp: NOW + 120, iss: POOL };

const pad = (text: string) => text + "=".repeat((4 - (text.length % 4)) % 4);
const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString("base64url");

interface Made {
  readonly header?: object;
  readonly claims?: object;
  readonly spell?: (text: string) => string;
  readonly key?: typeof KEY.privateKey;
}

/** A token as a load balancer writes it: every part padded, and the padding signed. */
function token({ header = {}, claims = {}, spell = pad, key = KEY.privateKey }: Made = {}): string {
  const input = `${spell(encode({ ...HEADER, ...header }))}.${spell(encode({ ...CLAIMS, ...claims }))}`;
  return `${input}.${spell(sign("sha256", Buffer.from(input), { key, dsaEncoding: "ieee-p1363" }).toString("base64url"))}`;
}

let fetched: string[];
let logged: { code?: string }[];
beforeEach(() => {
  fetched = [];
  logged = [];
});

const options = {
  clock: () => NOW * 1000,
  log: (entry: object) => void logged.push(entry),
  fetch: async (url: string) => {
    fetched.push(url);
    return url.endsWith(KID) ? new Response(PEM) : new Response("", { status: 404 });
  },
};

const event = (headers: object, path = "/me", more: object = {}) => ({
  requestContext: { elb: { targetGroupArn: "arn" } },
  httpMethod: "GET",
  path,
  headers,
  ...more,
});

async function call(
  sent: object,
  config = gateway,
): Promise<{ status: number; principal: Principal | null; code: string | null; event: unknown }> {
  let principal: Principal | null = null;
  let seen: unknown = null;
  const guarded = verifyingGuard(
    config,
    async (given, context) => {
      ({ principal } = context);
      seen = given;
      return { statusCode: 200 };
    },
    options,
  );
  const { statusCode } = await guarded(sent);
  return { status: statusCode, principal, code: logged.at(-1)?.code ?? null, event: seen };
}

const send = (made?: Made, path?: string) => call(event({ "x-amzn-oidc-data": token(made) }, path));

describe("load balancer that signs users in x albOidc", () => {
  it("the function gets the principal, and nothing of the token", async () => {
    const headers = { "x-amzn-oidc-data": token(), "x-amzn-oidc-accesstoken": "opaque", "x-amzn-oidc-identity": "user-1", accept: "*/*" };
    const { status, principal, event: seen } = await call(event(headers));
    expect(status).toBe(200);
    expect(principal).toMatchObject({
      id: "users|user-1",
      issuer: "users",
      kind: "user",
      token: "id",
      clientId: "web",
      scopes: [],
      expiresAt: NOW + 120,
      claims: { email: "lila@harbour.example" },
    });
    expect(fetched).toEqual([`https://public-keys.auth.elb.eu-west-1.amazonaws.com/${KID}`]);
    expect(JSON.stringify(seen)).toContain("*/*");
    expect(JSON.stringify(seen)).not.toContain("eyJ");
    expect(JSON.stringify(seen)).not.toContain("opaque");
  });

  it("headers may come as lists", async () => {
    const lists = event({}, "/me", { headers: undefined, multiValueHeaders: { "X-Amzn-Oidc-Data": [token()] } });
    expect(await call(lists)).toMatchObject({ status: 200 });
    const twice = event({}, "/me", { headers: undefined, multiValueHeaders: { "X-Amzn-Oidc-Data": [token(), token()] } });
    expect(await call(twice)).toMatchObject({ status: 401, code: "credential_ambiguous" });
  });

  it("the route's rule is asked", async () => {
    expect(await send({ claims: { teams: ["night shift"] } }, "/rota")).toMatchObject({ status: 200 });
    expect(await send({}, "/rota")).toMatchObject({ status: 403, code: "rule_denied" });
  });

  it.each<readonly [string, Made, string]>([
    ["another load balancer's, signed with the same key", { header: { signer: `${ARN}0` } }, "issuer_unknown"],
    ["one without a signer", { header: { signer: undefined } }, "issuer_unknown"],
    ["one for another client", { header: { client: "other" } }, "client_not_allowed"],
    ["one of another identity provider", { header: { iss: "https://id.other.example" } }, "issuer_unknown"],
    ["one whose payload names another identity provider", { claims: { iss: "https://id.other.example" } }, "issuer_unknown"],
    ["an expired one, by its header", { header: { exp: NOW - 120 } }, "token_expired"],
    ["an expired one, by its payload", { claims: { exp: NOW - 120 } }, "token_expired"],
    ["one without an expiry in its header", { header: { exp: undefined } }, "claim_missing"],
    ["one whose expiry is a text", { header: { exp: String(NOW + 120) } }, "claim_malformed"],
    ["one whose payload's expiry is a text", { claims: { exp: "never" } }, "claim_malformed"],
    ["one that lives too long", { header: { exp: NOW + 90 * 86_400 }, claims: { exp: undefined } }, "token_lifetime_too_long"],
    ["one without a subject", { claims: { sub: undefined } }, "claim_missing"],
    ["one of another algorithm", { header: { alg: "RS256" } }, "algorithm_not_allowed"],
    ["one of no algorithm", { header: { alg: "none" } }, "algorithm_not_allowed"],
    ["one without a key id", { header: { kid: undefined } }, "key_id_missing"],
    ["one whose key id is a path", { header: { kid: `x/../${KID}` } }, "key_unknown"],
    ["one whose key id is nobody's", { header: { kid: KID.replace("0f", "1f") } }, "key_unknown"],
    ["one signed by somebody else", { key: generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey }, "signature_invalid"],
  ])("%s is refused", async (_, made, code) => {
    expect(await send(made)).toMatchObject({ status: 401, principal: null, code });
  });

  it("an issuer of the gateway that signs nothing here is no signer, and its keys are not asked for", async () => {
    expect(await send({ header: { signer: POOL } })).toMatchObject({ status: 401, code: "issuer_unknown" });
    expect(fetched).toEqual([]);
  });

  it("what can be told from the header is told before any key is fetched", async () => {
    for (const header of [{ signer: `${ARN}0` }, { client: "other" }, { iss: "https://id.other.example" }, { kid: "../x" }]) {
      expect((await send({ header })).status).toBe(401);
    }
    expect(fetched).toEqual([]);
  });

  it.each<readonly [string, (text: string) => string]>([
    ["without padding", (text) => text],
    ["with too much padding", (text) => `${pad(text)}=`],
    ["with four signs of padding", (text) => `${text}====`],
    ["in the other alphabet", (text) => `${pad(text).slice(0, -4)}+/==`],
    ["with padding in the middle", (text) => `${text.slice(0, 4)}=${text.slice(4)}`],
  ])("a token %s is another text and no token", async (_, spell) => {
    // Parts that need no padding are spelt alike: make sure that one of them does.
    expect(await send({ spell, claims: { more: "x" } })).toMatchObject({ status: 401, code: "token_malformed" });
  });

  it("the same token with one bit of its last character changed is none", async () => {
    const whole = token();
    const at = whole.indexOf("=", whole.lastIndexOf(".")) - 1;
    const next = String.fromCharCode(whole.charCodeAt(at) + 1);
    const { status } = await call(event({ "x-amzn-oidc-data": whole.slice(0, at) + next + whole.slice(at + 1) }));
    expect(status).toBe(401);
  });

  it("a bearer token beside it makes two callers of one", async () => {
    expect(await call(event({ "x-amzn-oidc-data": token(), authorization: "Bearer a.b.c" }))).toMatchObject({
      status: 401,
      code: "credential_ambiguous",
    });
  });

  it("a request that it did not sign in is read as any other", async () => {
    expect(await call(event({}))).toMatchObject({ status: 401, code: "credential_missing" });
    expect(await call(event({ authorization: "Bearer a.b.c" }))).toMatchObject({ status: 401, code: "token_malformed" });
  });

  it("a public route asks nobody", async () => {
    expect(await call(event({ "x-amzn-oidc-data": "nonsense" }, "/health"))).toMatchObject({ status: 200, principal: null });
  });

  it("503 where the key cannot be fetched", async () => {
    const down = verifyingGuard(gateway, async () => ({ statusCode: 200 }), {
      ...options,
      fetch: async () => new Response("", { status: 500 }),
    });
    expect(await down(event({ "x-amzn-oidc-data": token() }))).toMatchObject({ statusCode: 503 });
  });

  it("the log tells the code and nothing of the token", async () => {
    await send({ header: { client: "somebody-else" } });
    expect(logged).toHaveLength(1);
    expect(JSON.stringify(logged)).not.toMatch(/somebody-else|eyJ|lila/);
  });
});

describe("the same token anywhere else", () => {
  it("is not read on a function URL, where the header is the client's", async () => {
    const url = {
      version: "2.0",
      rawPath: "/me",
      headers: { "x-amzn-oidc-data": token() },
      requestContext: { stage: "$default", http: { method: "GET", path: "/me" } },
    };
    expect(await call(url)).toMatchObject({ status: 401, code: "credential_missing" });
  });

  it("is not read where no load balancer is configured", async () => {
    const without = defineGateway({ issuers: { pool: issuers.pool }, routes });
    expect(await call(event({ "x-amzn-oidc-data": token() }), without)).toMatchObject({ status: 401, code: "credential_missing" });
  });

  it("is no bearer token, padded or not, not even after it was verified", async () => {
    const guarded = verifyingGuard(gateway, async () => ({ statusCode: 200 }), options);
    const padded = token();
    for (let time = 0; time < 4; time++) {
      expect(await guarded(event({ "x-amzn-oidc-data": padded }))).toMatchObject({ statusCode: 200 });
    }
    expect(await guarded(event({ authorization: `Bearer ${padded}` }))).toMatchObject({ statusCode: 401 });
    expect(await guarded(event({ authorization: `Bearer ${padded.replaceAll("=", "")}` }))).toMatchObject({ statusCode: 401 });
  });

  it("is no bearer token when its signature alone is padded, which is the form of one", async () => {
    const even = (part: object) =>
      ["", "a", "aa"].map((x) => ({ x })).find((fill) => JSON.stringify({ ...part, ...fill }).length % 3 === 0) ?? {};
    const padded = token({ header: even(HEADER), claims: even(CLAIMS) });
    expect(padded.indexOf("=")).toBe(padded.length - 2);
    const guarded = verifyingGuard(gateway, async () => ({ statusCode: 200 }), options);
    for (let time = 0; time < 4; time++) {
      expect(await guarded(event({ "x-amzn-oidc-data": padded }))).toMatchObject({ statusCode: 200 });
    }
    expect(await guarded(event({ authorization: `Bearer ${padded}` }))).toMatchObject({ statusCode: 401 });
  });

  it("is no bearer token at API Gateway either, whatever its payload calls itself", async () => {
    const plain = token({ spell: (text) => text, claims: { iss: ARN } });
    const verifier = createVerifier(gateway, options);
    await expect(verifier.verify(plain)).rejects.toMatchObject({ code: expect.any(String) });
    const authorizer = httpAuthorizer(gateway, options);
    const asked = httpAuthorizerEvent({ routeKey: "GET /me", headers: [["Authorization", `Bearer ${plain}`]] });
    await expect(authorizer(asked as never)).rejects.toThrow("Unauthorized");
  });
});

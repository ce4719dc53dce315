import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXAMPLE_ENVIRONMENT } from "../../local/environment.ts";
import { MACHINE_SECRET } from "../../local/identity-provider/provider.ts";
import { runCli } from "../cli/run-cli.ts";
import { machineToken, signIn } from "../local/clients.ts";
import { freePorts } from "../local/free-ports.ts";
import { launch, root, type RunningTwin, startTwin } from "./running-twin.ts";

const run = promisify(execFile);
let twin: RunningTwin;

beforeAll(async () => void (twin = await startTwin()));
afterAll(async () => {
  twin.child.kill("SIGTERM");
  await once(twin.child, "exit");
});

/** `sallyport token`, as one would type it. */
async function sallyport(...args: readonly string[]) {
  return run(process.execPath, ["cli/sallyport.mjs", ...args], { cwd: root, env: twin.env });
}

const tokenOf = async (name: string, ...flags: readonly string[]) => (await sallyport("token", "--as", name, ...flags)).stdout.trim();

function call(path: string, token?: string, init: RequestInit = {}): Promise<Response> {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return fetch(`${twin.api}${path}`, { ...init, headers: { ...authorization, ...(init.headers as Record<string, string>) } });
}

const order = (token: string, key: string) =>
  call("/orders", token, {
    method: "POST",
    headers: { "idempotency-key": key, "content-type": "application/json" },
    body: JSON.stringify({ sku: "TEA-250", quantity: 2 }),
  });

const listed = async (token: string) => ((await (await call("/orders", token)).json()) as { orders: readonly { id: string }[] }).orders;

describe("the API of the twin", () => {
  it("answers the public route without a token", async () => {
    expect((await call("/health")).status).toBe(200);
  });

  it("answers 401 without a token", async () => {
    expect((await call("/orders")).status).toBe(401);
  });

  it.each(["alice", "noor", "saskia", "customers-machine", "partners-machine", "shops-machine"])("lets %s read orders", async (name) => {
    expect((await call("/orders", await tokenOf(name))).status).toBe(200);
  });

  it("answers 403 to bob, who has no scope for orders", async () => {
    const token = await tokenOf("bob");
    expect((await call("/me", token)).status).toBe(200);
    expect((await call("/orders", token)).status).toBe(403);
  });

  it.each(["--expired", "--wrong-audience", "--unsigned", "--tampered", "--other-key"])(
    "answers 401 to a token that is %s",
    async (flag) => {
      for (const name of ["alice", "noor", "saskia"]) {
        expect((await call("/orders", await tokenOf(name, flag))).status, name).toBe(401);
      }
    },
  );

  it("keeps the orders of one tenant from another", async () => {
    const [alice, noor, saskia] = await Promise.all([tokenOf("alice"), tokenOf("noor"), tokenOf("saskia")]);
    const placed = await order(alice, "keeps-apart-1");
    expect(placed.status).toBe(201);
    const { id } = (await placed.json()) as { id: string };
    expect((await listed(alice)).map((item) => item.id)).toContain(id);
    for (const other of [noor, saskia]) {
      expect((await listed(other)).map((item) => item.id)).not.toContain(id);
      expect((await call(`/orders/${id}`, other)).status).toBe(404);
    }
    expect((await call(`/orders/${id}`, alice)).status).toBe(200);
  });

  it.each([
    ["alice", 201],
    ["saskia", 201],
    ["customers-machine", 403],
    ["noor", 403],
    ["shops-machine", 403],
  ])("lets those place orders who may: %s gets %i", async (name, status) => {
    expect((await order(await tokenOf(name), `who-may-${name}`)).status).toBe(status);
  });

  it("places one order for two requests with the same key", async () => {
    const alice = await tokenOf("alice");
    const before = (await listed(alice)).length;
    const first = (await (await order(alice, "only-once-1")).json()) as { id: string };
    const second = (await (await order(alice, "only-once-1")).json()) as { id: string };
    expect(first.id).toEqual(expect.any(String));
    expect(second).toEqual(first);
    expect((await listed(alice)).length).toBe(before + 1);
  });
});

describe("a standard client", () => {
  const { CUSTOMERS_WEB_CLIENT_ID = "", CUSTOMERS_SYNC_CLIENT_ID = "" } = EXAMPLE_ENVIRONMENT;

  it("signs in with code and PKCE to a token that the API accepts", async () => {
    const { access_token: token } = await signIn(twin.idp, "customers", CUSTOMERS_WEB_CLIENT_ID, "alice");
    const me = await call("/me", token);
    expect(me.status).toBe(200);
    expect(await me.text()).toContain("customers|");
  });

  it("gets a token by client credentials that the API accepts", async () => {
    const token = await machineToken(twin.idp, "customers", CUSTOMERS_SYNC_CLIENT_ID, MACHINE_SECRET);
    expect((await call("/orders", token)).status).toBe(200);
  });
});

describe("sallyport token", () => {
  it("prints one token and nothing else", async () => {
    const { stdout, stderr } = await sallyport("token", "--as", "alice", "--ttl", "5m");
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    expect(stderr).toBe("");
    const { iat, exp } = JSON.parse(Buffer.from(stdout.split(".")[1] ?? "", "base64url").toString()) as { iat: number; exp: number };
    expect(exp - iat).toBe(300);
  });

  it.each([
    [["--as", "mallory"], /Known are: alice, bob/],
    [["--as", "alice", "--expird"], /no option --expird/],
    [["--as", "alice", "--expired", "--tampered"], /one way at a time/],
    [["--as", "alice", "--ttl", "soon"], /duration/],
  ])("refuses %j on standard error", async (args, message) => {
    await expect(sallyport("token", ...args)).rejects.toMatchObject({ code: 1, stdout: "", stderr: expect.stringMatching(message) });
  });
});

describe("sallyport explain", () => {
  const explained = async (token: string) =>
    runCli(["explain", "-", "--route", "GET /orders", "--json"], { cwd: root, input: token, env: twin.env as Record<string, string> });

  it.each([
    ["alice", [], 0, null],
    ["bob", [], 2, "rule_denied"],
    ["noor", ["--tampered"], 2, "signature_invalid"],
    ["saskia", ["--expired"], 2, "token_expired"],
  ] as const)("says of a token of %s %j why", async (name, flags, code, reason) => {
    const run = await explained(await tokenOf(name, ...flags));
    expect(run.code).toBe(code);
    expect((JSON.parse(run.stdout) as { failure: { code: string } | null }).failure?.code ?? null).toBe(reason);
    expect(run.stderr).toContain("Keys of the local twin");
  });
});

describe("starting and stopping", () => {
  it("says which port is taken and which setting moves it", async () => {
    const [taken = 0, ...others] = await freePorts(4);
    const blocker = createServer().listen(taken, "127.0.0.1");
    await once(blocker, "listening");
    const [idp, database, lambda] = others.map(String);
    const { child, output } = launch({
      ...twin.env,
      SALLYPORT_PORT: String(taken),
      SALLYPORT_IDP_PORT: idp,
      SALLYPORT_DB_PORT: database,
      SALLYPORT_LAMBDA_PORT: lambda,
    });
    const [code] = await once(child, "exit");
    blocker.close();
    expect(code).toBe(1);
    expect(output()).toContain(`Port ${taken}, for the API, is in use.`);
    expect(output()).toContain("SALLYPORT_PORT=");
  });
});

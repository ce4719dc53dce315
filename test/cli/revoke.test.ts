import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { revocationTable } from "../../src/sessions/revocation-table.ts";
import { keyOf } from "../../src/sessions/targets.ts";
import { runNode } from "../keys/pin-kit.ts";
import { proofOf, startTable, TABLE } from "../sessions/kit.ts";

const MAIN = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));
const source = (path: string) => new URL(`../../src/${path}`, import.meta.url).href;

const JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl";

let database: Awaited<ReturnType<typeof startTable>>;
let folder: string;
beforeAll(async () => {
  database = await startTable();
  folder = await mkdtemp(join(tmpdir(), "sallyport-revoke-"));
  const config = (revocations: string) => `import { defineGateway, oidc } from "${source("index.ts")}";
import { revocationTable } from "${source("sessions/revocation-table.ts")}";
export default defineGateway({
  issuers: {
    shop: oidc({ issuer: "https://shop.example", audience: "api" }),
    other: oidc({ issuer: "https://other.example", audience: "api" }),
  },
  routes: { "GET /orders": "authenticated" },
  revocations: ${revocations},
});`;
  await writeFile(join(folder, "gateway.config.ts"), config(`revocationTable({ table: "${TABLE}", onUnavailable: "deny" })`));
  await writeFile(join(folder, "without.config.ts"), config("null"));
});
afterAll(async () => {
  await database.stop();
  await rm(folder, { recursive: true, force: true });
});

const revoke = (...args: readonly string[]) => revokeAs({ USER: "example-operator" }, args);
const revokeAs = (environment: Readonly<Record<string, string>>, args: readonly string[]) =>
  runNode(folder, [MAIN, "revoke", ...args], {
    ...environment,
    AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
    AWS_REGION: "local",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
  });
const isRevoked = async (who: string, issuer = "shop") =>
  revocationTable({ table: TABLE, onUnavailable: "deny", client: database.client })
    .open({ clock: Date.now })
    .check(proofOf(who, { issuer }))
    .then(
      () => false,
      () => true,
    );

it("revokes, lists and takes back, and says who and why", async () => {
  const cause = ["--by", "example-operator", "--why", "stolen laptop"];
  const subject = ["--issuer", "shop", "--subject", "mallory"];
  const key = keyOf({ issuer: "shop", kind: "subject", value: "mallory" });
  const { code, stdout } = await revoke(...subject, ...cause);
  expect({ code, line: JSON.parse(stdout) as object }).toMatchObject({
    code: 0,
    line: { audit: true, message: "Revoked", issuer: "shop", kind: "subject", target: key, by: "example-operator", why: "stolen laptop" },
  });
  expect(await isRevoked("mallory")).toBe(true);
  const listed = await revoke("--list");
  expect(listed.stdout).toMatch(new RegExp(`shop {2}subject {2}20.*Z {2}example-operator {2}stolen laptop {2}${key}`));
  expect(listed.stdout).not.toContain("mallory");
  expect(await revoke("--undo", "--key", key, "--why", "found it")).toMatchObject({ code: 0 });
  expect(await isRevoked("mallory")).toBe(false);
  expect(await revoke("--undo", ...subject, ...cause)).toMatchObject({ code: 1, stderr: "sallyport: there is no such revocation.\n" });
});

it.each<readonly [readonly string[], RegExp]>([
  [["--issuer", "shop", "--subject", "x"], /say why/],
  [["--subject", "x", "--why", "y"], /name the issuer with --issuer: shop/],
  [["--issuer", "shop", "--subject", "x", "--session", "z", "--why", "y"], /give one of --session and --subject/],
  [["--issuer", "shop", "--token", "a.b.c", "--why", "y"], /not the token/],
  [["--list", "--config", "without.config.ts"], /no table of revocations/],
  [["--issuer", "shop", "--why", "y"], /say what of it: --session, --token, --subject, --client, --everything\. The last is all/],
  [["--undo", "--issuer", "shop", "--why", "y"], /say what of it/],
  [["--issuer", "shop", "--everything", "--subject", "x", "--why", "y"], /give one of --subject and --everything/],
  [["--issuer", "shop", "--everything", "bystander", "--why", "y"], /a word that belongs to no option/],
  [["--issuer", "shop", "--everything", "-subject", "x", "--why", "y"], /one dash/],
  [["--issuer", "shop", "--subject", "x", "--subject", "y", "--why", "y"], /--subject is given twice/],
  [["--issuer", "shop", "--everything", "--key", "shop#subject#x", "--why", "y"], /--key goes with --undo/],
  [["--undo", "--key", "shop#issuer#x", "--issuer", "shop", "--subject", "x", "--why", "y"], /leave out --subject and --issuer/],
  [["--undo", "--key", "shop#issuer#x", "--everything", "--why", "y"], /leave out --everything/],
  [["--undo", "--key=", "--why", "y"], /--key is empty/],
  [["--undo", "--key", keyOf({ issuer: "shop", kind: "subject", value: "x" }).replace("subject", "logout"), "--why", "y"], /not the key/],
  ...["--session", "--subject", "--client"].map(
    (option) => [["--issuer", "shop", option, JWT, "--why", "y"], new RegExp(`${option} wants an id, not a token`)] as const,
  ),
])("%j is refused, and revokes nothing", async (args, message) => {
  const { code, stdout, stderr } = await revoke(...args);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(message);
});

it("says that it has to know who wants it, where the environment does not tell", async () => {
  const { code, stderr } = await revokeAs({ USER: "" }, ["--issuer", "shop", "--subject", "nobody", "--why", "y"]);
  expect({ code, stderr }).toEqual({ code: 1, stderr: 'sallyport: say who wants it: --by "your name".\n' });
  expect(await isRevoked("nobody")).toBe(false);
});

it("keeps no token that the reason quotes, in no line and in no record", async () => {
  const subject = ["--issuer", "shop", "--subject", "quoted"];
  const { code, stdout } = await revoke(...subject, "--why", `found ${JWT} in a log`);
  expect({ code, line: JSON.parse(stdout) as object }).toMatchObject({ code: 0, line: { why: "found (a token) in a log" } });
  expect((await revoke("--list")).stdout).not.toContain(JWT.slice(0, 20));
});

it("revokes all that an issuer issued until now where that is said, and takes it back in the same words", async () => {
  const everything = ["--issuer", "other", "--everything", "--why", "signing key stolen"];
  const { code, stdout } = await revoke(...everything);
  expect({ code, line: JSON.parse(stdout) as object }).toMatchObject({
    code: 0,
    line: { message: "Revoked", issuer: "other", kind: "issuer", target: keyOf({ issuer: "other", kind: "issuer", value: "other" }) },
  });
  expect(await isRevoked("bystander", "other")).toBe(true);
  expect(await isRevoked("bystander")).toBe(false);
  expect(await revoke("--undo", ...everything)).toMatchObject({ code: 0 });
  expect(await isRevoked("bystander", "other")).toBe(false);
});

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { makeCertificate } from "./certificate.ts";
import { makeKey, setOf } from "./kit.ts";
import { runNode } from "./pin-kit.ts";

const CREATE_KEYS = new URL("../../src/keys/create-keys.ts", import.meta.url).href;
const HOUR = 60 * 60 * 1_000;

const CERTIFICATES = {
  good: makeCertificate("127.0.0.1"),
  "for another host": makeCertificate("id.example"),
  "that has ended": makeCertificate("127.0.0.1", -HOUR),
  "of an unknown authority": makeCertificate("127.0.0.1"),
};

const servers = new Map<string, { readonly server: Server; readonly url: string; requests: number }>();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sallyport-tls-"));
  const { "of an unknown authority": _unknown, ...known } = CERTIFICATES;
  await writeFile(
    join(folder, "authorities.pem"),
    Object.values(known)
      .map(({ cert }) => cert)
      .join(""),
  );
  for (const [name, certificate] of Object.entries(CERTIFICATES)) {
    const server = createServer(certificate, (_request, response) => {
      const own = servers.get(name);
      if (own !== undefined) own.requests++;
      response.end(setOf([makeKey("a")]));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    servers.set(name, { server, url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/keys`, requests: 0 });
  }
});
afterAll(async () => {
  for (const { server } of servers.values()) {
    server.closeAllConnections();
    server.close();
  }
  await rm(folder, { recursive: true, force: true });
});

/** Looks a key up with the default transport, in a process that trusts the authorities in the file besides Node's own. */
async function lookUp(name: string): Promise<{ readonly outcome: string; readonly requests: number }> {
  const { url = "" } = servers.get(name) ?? {};
  const find = `const { createKeys } = await import(${JSON.stringify(CREATE_KEYS)});
const query = { issuer: "shop", location: { kind: "jwks", url: ${JSON.stringify(url)} }, kid: "a", algorithm: "ES256" };
process.stdout.write(await createKeys({ clock: Date.now }).find(query).then(({ kid }) => "found " + kid, ({ code }) => code));`;
  const authorities = { NODE_EXTRA_CA_CERTS: join(folder, "authorities.pem") };
  const { stdout, stderr } = await runNode(folder, ["--input-type=module", "--eval", find], authorities);
  expect(stderr).toBe("");
  return { outcome: stdout, requests: servers.get(name)?.requests ?? 0 };
}

it("keys are fetched over TLS from a server whose certificate is good", async () => {
  expect(await lookUp("good")).toEqual({ outcome: "found a", requests: 1 });
});

it.each(["for another host", "that has ended", "of an unknown authority"])("a certificate %s gets no request at all", async (name) => {
  expect(await lookUp(name)).toEqual({ outcome: "keys_unavailable", requests: 0 });
});

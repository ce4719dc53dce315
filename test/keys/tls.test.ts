import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, it } from "vitest";
import { makeCertificate } from "./certificate.ts";
import { runNode } from "./pin-kit.ts";
import type { TlsOutcome } from "./tls-decisions.ts";

const DECISIONS = fileURLToPath(new URL("tls-decisions.ts", import.meta.url));
const HOUR = 60 * 60 * 1_000;

const CERTIFICATES = {
  good: makeCertificate("127.0.0.1"),
  "for another host": makeCertificate("id.example"),
  "that has ended": makeCertificate("127.0.0.1", -HOUR),
  "of an unknown authority": makeCertificate("127.0.0.1"),
};

let outcomes: Readonly<Record<string, TlsOutcome>>;

/** Everything is tried at once, in a process that trusts the authorities in the file besides Node's own. */
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "sallyport-tls-"));
  const [authorities, certificates] = [join(folder, "authorities.pem"), join(folder, "certificates.json")];
  const { "of an unknown authority": _unknown, ...known } = CERTIFICATES;
  const trusted = Object.values(known).map(({ cert }) => cert);
  await Promise.all([writeFile(authorities, trusted.join("")), writeFile(certificates, JSON.stringify(CERTIFICATES))]);
  const { stdout, stderr } = await runNode(folder, [DECISIONS, certificates], { NODE_EXTRA_CA_CERTS: authorities });
  await rm(folder, { recursive: true, force: true });
  if (stderr !== "") throw new Error(stderr);
  outcomes = JSON.parse(stdout) as typeof outcomes;
});

it("keys are fetched over TLS from a server whose certificate is good", () => {
  expect(outcomes["a certificate good"]).toEqual({
    looked: "found",
    cold: ["allowed", "allowed"],
    coldLines: [],
    held: ["allowed", "allowed", "allowed"],
    heldLines: [],
    connections: [1, 2, 4],
    requests: [1, 2, 4],
  });
});

it.each([
  "a certificate for another host",
  "a certificate that has ended",
  "a certificate of an unknown authority",
  "no certificate",
  "no TLS",
  "a reset in the handshake",
  "no answer to the handshake",
])("%s gets no request at all: a cold authorizer fails, and keys that were held go on working", (name) => {
  expect(outcomes[name]).toEqual({
    looked: "keys_unavailable",
    cold: ["keys_unavailable", "keys_unavailable"],
    coldLines: ["ERROR keys_unavailable", "ERROR keys_unavailable"],
    held: ["allowed", "allowed", "allowed"],
    heldLines: [],
    connections: [1, 2, 4],
    // The one that fetched the keys while the server was good.
    requests: [0, 0, 1],
  });
});

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { makeCertificate } from "../test/keys/certificate.ts";
import { AUDIENCE, createSigner, issuerUrl } from "./tokens.ts";

/** An identity provider on loopback, over TLS, that publishes one RS256 key, and the keys of others, and counts who asks for them. */
export interface IdentityProvider {
  readonly keysUrl: string;
  /** From now on, answers for other issuers too: what is asked for as `<keysUrl>?url=<address>` is the keys at that address. */
  standInFor(published: ReadonlyMap<string, object>): void;
  /** What a process has to be told to trust it, and to accept its tokens. */
  readonly environment: Readonly<Record<string, string>>;
  readonly jwks: { readonly keys: readonly unknown[] };
  /** A token that was never made before. */
  mint(): string;
  fetches(): number;
  /** Milliseconds that every answer takes from now on. */
  slowDown(milliseconds: number): void;
  stop(): Promise<void>;
}

export async function startIdentityProvider(): Promise<IdentityProvider> {
  const signer = createSigner("RS256");
  const certificate = makeCertificate("127.0.0.1");
  const folder = await mkdtemp(join(tmpdir(), "sallyport-bench-"));
  const authority = join(folder, "authority.pem");
  await writeFile(authority, certificate.cert);
  let [fetches, delay] = [0, 0];
  let others: ReadonlyMap<string, object> = new Map();
  const server = createServer(certificate, ({ url = "" }, response) => {
    fetches++;
    const address = new URL(url, "https://127.0.0.1").searchParams.get("url");
    const keys = address === null ? signer.jwks : others.get(address);
    if (keys === undefined) response.statusCode = 404;
    void pause(delay).then(() => response.setHeader("content-type", "application/json").end(JSON.stringify(keys ?? {})));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const keysUrl = `https://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
  return {
    keysUrl,
    environment: { NODE_EXTRA_CA_CERTS: authority, KEYS_URL: keysUrl, ISSUER: issuerUrl(0), AUDIENCE },
    jwks: signer.jwks,
    standInFor: (published) => void (others = published),
    mint: () => signer.mint(issuerUrl(0)).text,
    fetches: () => fetches,
    slowDown: (milliseconds) => void (delay = milliseconds),
    async stop() {
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

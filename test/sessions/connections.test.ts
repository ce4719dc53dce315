import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it, vi } from "vitest";
import { revocationTable } from "../../src/sessions/revocation-table.ts";
import { proofOf } from "./kit.ts";

let server: Server | null = null;
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  server?.closeAllConnections();
  server?.close();
});

/** A DynamoDB without records, whose first connections die of the first request on them. */
async function startTable(deaths: number): Promise<{ requests: number }> {
  const seen = { requests: 0 };
  server = createServer((request, response) => {
    if (++seen.requests <= deaths) request.socket.destroy();
    else response.writeHead(200, { "content-type": "application/x-amz-json-1.0" }).end('{"Responses":{"revocations":[]}}');
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) vi.stubEnv(name, "local");
  vi.stubEnv("AWS_REGION", "eu-west-1");
  return seen;
}

it("connections that died while the sandbox was frozen fail no reading", async () => {
  const seen = await startTable(2);
  const revocations = revocationTable({ table: "revocations", onUnavailable: "deny" }).open({ clock: Date.now });
  await expect(revocations.check(proofOf("una"))).resolves.toBeUndefined();
  expect(seen.requests).toBe(3);
});

it.each([null, undefined, 0, "down"])("a client that fails with %s does not let anybody in", async (reason) => {
  const send = () => Promise.reject(reason);
  const revocations = revocationTable({ table: "revocations", onUnavailable: "deny", client: { send } }).open({ clock: Date.now });
  await expect(revocations.check(proofOf("una"))).rejects.toMatchObject({ code: "revocations_unavailable" });
});

it("a reading that takes too long is ended, and gives its connection back", async () => {
  vi.useFakeTimers();
  const signals: AbortSignal[] = [];
  const send = (_command: object, options?: { readonly abortSignal: AbortSignal }) => {
    if (options !== undefined) signals.push(options.abortSignal);
    return new Promise<never>(() => {});
  };
  const revocations = revocationTable({ table: "revocations", onUnavailable: "deny", client: { send } }).open({ clock: Date.now });
  const outcome = revocations.check(proofOf("una")).catch((error: unknown) => error);
  await vi.waitFor(() => expect(signals).toHaveLength(1));
  expect(signals[0]?.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await outcome).toMatchObject({ code: "revocations_unavailable" });
  expect(signals[0]?.aborted).toBe(true);
});

import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, request as forward, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { createReplayRecord } from "../../src/sessions/replay.ts";
import { revocationTable } from "../../src/sessions/revocation-table.ts";
import { NOW_SECONDS, startTable, TABLE } from "./kit.ts";

let database: Awaited<ReturnType<typeof startTable>>;
let proxy: Server | null = null;
beforeAll(async () => void (database = await startTable()));
afterAll(async () => database.stop());
afterEach(() => {
  vi.unstubAllEnvs();
  proxy?.closeAllConnections();
  proxy?.close();
  proxy = null;
});

/** Has the default client reach the table through a proxy that does what it is asked and loses the answer to the first write. */
async function loseOneAnswer(): Promise<{ writes: number }> {
  const seen = { writes: 0 };
  proxy = createServer((request, response) => {
    const isWrite = String(request.headers["x-amz-target"]).endsWith("PutItem");
    const { method, headers } = request;
    const onward = forward(new URL(request.url ?? "/", database.endpoint), { ...(method && { method }), headers }, (answer) => {
      if (isWrite && ++seen.writes === 1) return answer.resume().on("end", () => request.socket.destroy());
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      return answer.pipe(response);
    });
    request.pipe(onward);
  });
  await once(proxy.listen(0, "127.0.0.1"), "listening");
  vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) vi.stubEnv(name, "local");
  vi.stubEnv("AWS_REGION", "local");
  return seen;
}

const UNTIL = NOW_SECONDS + 300;

describe("the record of logout tokens", () => {
  it("takes the first use of a token for the first, and every later one for another", async () => {
    const record = createReplayRecord(revocationTable({ table: TABLE, onUnavailable: "deny", client: database.client }));
    const tokenId = randomUUID();
    expect(await record.isUsed("shop", tokenId)).toBe(false);
    expect(await record.use("shop", tokenId, UNTIL)).toBe(true);
    expect(await record.isUsed("shop", tokenId)).toBe(true);
    expect(await record.use("shop", tokenId, UNTIL)).toBe(false);
  });

  it("takes a use for the first whose answer was lost and which was therefore written twice", async () => {
    const seen = await loseOneAnswer();
    const record = createReplayRecord(revocationTable({ table: TABLE, onUnavailable: "deny" }));
    const tokenId = randomUUID();
    expect(await record.use("shop", tokenId, UNTIL)).toBe(true);
    expect(seen.writes).toBe(2);
    expect(await record.use("shop", tokenId, UNTIL)).toBe(false);
  });

  it("gives each use an id of its own, by which it is known again", async () => {
    const ids = ["one", "two"];
    const table = revocationTable({ table: TABLE, onUnavailable: "deny", client: database.client });
    const record = createReplayRecord(table, () => ids.shift() ?? "one");
    const tokenId = randomUUID();
    const uses = [];
    for (const _ of ["one", "two", "one"]) uses.push(await record.use("shop", tokenId, UNTIL));
    expect(uses).toEqual([true, false, true]);
  });

  it("lets go of its connection when it is done", async () => {
    const signals: AbortSignal[] = [];
    const send = async (_command: object, { abortSignal }: { abortSignal: AbortSignal }) => {
      expect(abortSignal.aborted).toBe(false);
      signals.push(abortSignal);
      return {};
    };
    const record = createReplayRecord(revocationTable({ table: TABLE, onUnavailable: "deny", client: { send } }));
    expect([await record.isUsed("shop", "t"), await record.use("shop", "t", UNTIL)]).toEqual([false, true]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });

  it("says so where the table fails for another reason", async () => {
    const send = async () => Promise.reject(new Error("down"));
    const record = createReplayRecord(revocationTable({ table: TABLE, onUnavailable: "deny", client: { send } }));
    await expect(record.use("shop", "t", UNTIL)).rejects.toThrow("down");
    await expect(record.isUsed("shop", "t")).rejects.toThrow("down");
  });
});

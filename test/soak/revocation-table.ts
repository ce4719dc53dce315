import { once } from "node:events";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import dynalite from "dynalite";
import { createRevocationsTable, NO_CREDENTIALS } from "../../local/database.ts";
import { createRevoker, type Revoker, revocationTable } from "../../src/sessions/index.ts";
import { TABLE } from "./gateway.ts";
import type { IssuerName } from "./key-publisher.ts";

export type RevokedKind = "session" | "token" | "subject" | "client" | "issuer";

/** What is revoked: a session or a token for good (`upTo` null), the rest for what was issued up to a second since the epoch. */
export interface Revoked {
  readonly issuer: IssuerName;
  readonly kind: RevokedKind;
  readonly value: string;
  readonly upTo: number | null;
}

/** One revocation as it went into the table. Times are milliseconds since the epoch; `endedAt` null: perhaps it is not there yet. */
export interface Written extends Revoked {
  readonly begunAt: number;
  endedAt: number | null;
}

/** One time in which the table could not be read; `to` null: it still cannot. */
export interface TableOutage {
  readonly from: number;
  to: number | null;
}

/** The ways in which the table does not answer a reading. */
export const TABLE_FAULTS = ["500", "throttled", "html", "reset", "empty", "truncated", "partial", "silent"] as const;
export type TableFault = (typeof TABLE_FAULTS)[number];

const CAUSE = { by: "soak", why: "to see it refused" };

/** A table of revocations on loopback, which is written as it is told, cannot be read when it is told, and counts its readings. */
export class RevocationTable {
  readonly written: Written[] = [];
  readonly outages: TableOutage[] = [];
  /** Readings begun: further attempts of the SDK, and asking for the rest of a partial answer, belong to the reading they continue. */
  readings = 0;
  #fault: TableFault | null = null;
  readonly #standing = new Map<string, Written[]>();
  readonly #unanswered = new Set<ServerResponse>();
  readonly #writes = new Set<Promise<void>>();
  #server: Server | null = null;
  #client: DynamoDBClient | null = null;
  #revoker: Revoker | null = null;

  /** What a process has to be told to find the table. */
  async start(): Promise<Readonly<Record<string, string>>> {
    const server = dynalite({ createTableMs: 0 });
    // No connection is closed for being idle: a reading would fail that nobody meant to fail.
    server.keepAliveTimeout = 0;
    this.#server = server;
    this.#interceptReadings(server);
    await once(server.listen(0, "127.0.0.1"), "listening");
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.#client = new DynamoDBClient({ endpoint, region: "local", credentials: NO_CREDENTIALS });
    await createRevocationsTable(this.#client, TABLE);
    const table = revocationTable({ table: TABLE, onUnavailable: "deny", client: DynamoDBDocumentClient.from(this.#client) });
    this.#revoker = createRevoker(table, { audit: () => {} });
    return {
      AWS_ENDPOINT_URL_DYNAMODB: endpoint,
      AWS_REGION: "local",
      AWS_ACCESS_KEY_ID: NO_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: NO_CREDENTIALS.secretAccessKey,
    };
  }

  /** Rejects where something could not be written. */
  async stop(): Promise<void> {
    await Promise.all(this.#writes);
    this.#client?.destroy();
    this.#server?.closeAllConnections();
    this.#server?.close();
  }

  /** Begins to write a revocation. */
  revoke(revoked: Revoked, now = Date.now()): void {
    const entry: Written = { ...revoked, begunAt: now, endedAt: null };
    this.written.push(entry);
    const name = nameOf(revoked);
    this.#standing.set(name, [...(this.#standing.get(name) ?? []), entry]);
    this.#writes.add(this.#write(entry));
  }

  /** What was written about a target, in whatever order. */
  standing(target: Omit<Revoked, "upTo">): readonly Written[] {
    return this.#standing.get(nameOf(target)) ?? [];
  }

  fail(fault: TableFault, now = Date.now()): void {
    if (this.#fault === null) this.outages.push({ from: now, to: null });
    this.#fault = fault;
  }

  recover(now = Date.now()): void {
    this.#fault = null;
    for (const outage of this.outages) outage.to ??= now;
    for (const response of this.#unanswered) response.destroy();
    this.#unanswered.clear();
  }

  isFailing(): boolean {
    return this.#fault !== null;
  }

  async #write(entry: Written): Promise<void> {
    const { issuer, kind, value, upTo } = entry;
    await this.#revoker?.revoke({ issuer, kind, value }, CAUSE, upTo ?? undefined);
    entry.endedAt = Date.now();
  }

  /** Faults are of readings alone, so that what was written is written also while nobody can read it. */
  #interceptReadings(server: Server): void {
    const listeners = server.listeners("request") as ((request: IncomingMessage, response: ServerResponse) => void)[];
    server.removeAllListeners("request");
    server.on("request", (request, response) => {
      const isReading = String(request.headers["x-amz-target"]).endsWith(".BatchGetItem");
      const fault = isReading ? this.#fault : null;
      if (isReading) this.#noticeReading(request, response, fault);
      if (fault === null) for (const listener of listeners) listener(request, response);
    });
  }

  #noticeReading(request: IncomingMessage, response: ServerResponse, fault: TableFault | null): void {
    const isFirstAttempt = String(request.headers["amz-sdk-request"]).startsWith("attempt=1;");
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const asked = Buffer.concat(parts).toString();
      if (isFirstAttempt && !asked.includes(REST)) this.readings++;
      if (fault === "silent") this.#unanswered.add(response);
      else if (fault !== null) ANSWERS[fault](response, asked);
    });
  }
}

const nameOf = ({ issuer, kind, value }: Omit<Revoked, "upTo">) => `${issuer} ${kind} ${value}`;

const JSON_TYPE = { "content-type": "application/x-amz-json-1.0" };
const errorOf = (type: string) => JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: "Not now." });
/** An attribute that no record has: who asks for it as well asks for the rest of a partial answer. */
const REST = "unprocessed";

/** Nothing was read. All of it may be asked for again, and is then answered truly if the outage is over. */
function unprocessed(asked: string): string {
  const { RequestItems } = JSON.parse(asked) as { RequestItems: Record<string, { ProjectionExpression: string }> };
  const batch = RequestItems[TABLE];
  const rest = { ...batch, ProjectionExpression: `${batch?.ProjectionExpression}, ${REST}` };
  return JSON.stringify({ Responses: { [TABLE]: [] }, UnprocessedKeys: { [TABLE]: rest } });
}

const ANSWERS: Readonly<Record<Exclude<TableFault, "silent">, (response: ServerResponse, asked: string) => void>> = {
  "500": (response) => void response.writeHead(500, JSON_TYPE).end(errorOf("InternalServerError")),
  throttled: (response) => void response.writeHead(400, JSON_TYPE).end(errorOf("ThrottlingException")),
  html: (response) => void response.writeHead(503, { "content-type": "text/html" }).end("<!doctype html><title>Maintenance</title>"),
  reset: (response) => void response.destroy(),
  empty: (response) => void response.writeHead(200, JSON_TYPE).end("{}"),
  truncated: (response) => void response.writeHead(200, JSON_TYPE).end(`{"Responses":{"${TABLE}":[`),
  partial: (response, asked) => void response.writeHead(200, JSON_TYPE).end(unprocessed(asked)),
};

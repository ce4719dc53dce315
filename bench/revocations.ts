import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { NO_CREDENTIALS } from "../local/database.ts";
import { REVOCATIONS_TABLE } from "../local/environment.ts";
import { revocationTable } from "../src/sessions/index.ts";
import { decideOwn, httpApi } from "./authorizers.ts";
import type { Database } from "./database.ts";
import { race } from "./measure.ts";
import { createGateway, createSigner, issuerUrl } from "./tokens.ts";

/** What looking up revocations adds to a token seen before. */
export interface RevocationResult {
  readonly name: string;
  readonly microseconds: number;
  /** Readings of the table for each request. */
  readonly readings: number;
}

/** Requests in one round; as many as in a turn of the table of tokens seen before, for the same reason. */
const BATCH = 128;

/** The authorizer of an HTTP API, one token over and over: without revocations, with a remembered answer, and asking every time. */
export async function measureRevocations({ environment }: Database, rounds: number): Promise<readonly RevocationResult[]> {
  const signer = createSigner("ES256");
  const plain = createGateway("ES256", { issuers: 1, routes: 1 });
  const token = signer.mint(issuerUrl(0)).text;
  const endpoint = environment["AWS_ENDPOINT_URL_DYNAMODB"] ?? "";
  const bare = new DynamoDBClient({ endpoint, region: "local", credentials: NO_CREDENTIALS });
  const documents = DynamoDBDocumentClient.from(bare);
  const series = [
    { name: "no revocations", remember: null },
    { name: "remembered", remember: "1h" },
    { name: "asked anew, DynamoDB on this machine", remember: "0s" },
  ].map(({ name, remember }) => {
    const counter = { readings: 0 };
    const client = { send: async (command: object) => (counter.readings++, documents.send(command as never)) };
    const table = { table: REVOCATIONS_TABLE, onUnavailable: "deny", client } as const;
    const gateway = remember === null ? plain : { ...plain, revocations: revocationTable({ ...table, remember }) };
    return { name, counter, prepare: httpApi(gateway, signer) };
  });
  const contenders = series.map(({ name }, index) => decideOwn(name, index));
  let requests = 0;
  const medians = await race(contenders, rounds, () => {
    requests += BATCH;
    return Array.from({ length: BATCH }, () => series.map(({ prepare }) => prepare(token, 0)));
  });
  bare.destroy();
  return series.map(({ name, counter }, index) => ({
    name,
    microseconds: medians[index] ?? Number.NaN,
    readings: counter.readings / requests,
  }));
}

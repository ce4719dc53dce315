import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { NO_CREDENTIALS } from "../local/database.ts";
import { REVOCATIONS_TABLE } from "../local/environment.ts";
import { revocationTable } from "../src/sessions/index.ts";
import { type Authorize, httpApi } from "./authorizers.ts";
import type { Database } from "./database.ts";
import { type Contender, race } from "./measure.ts";
import { createGateway, createSigner, issuerUrl } from "./tokens.ts";

/** What looking up revocations adds to a token seen before. */
export interface RevocationResult {
  readonly name: string;
  readonly microseconds: number;
  /** Readings of the table for each request. */
  readonly readings: number;
}

/** Requests in one round. */
const BATCH = 16;

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
    const counter = { readings: 0, requests: 0 };
    const client = { send: async (command: object) => (counter.readings++, documents.send(command as never)) };
    const table = { table: REVOCATIONS_TABLE, onUnavailable: "deny", client } as const;
    const gateway = remember === null ? plain : { ...plain, revocations: revocationTable({ ...table, remember }) };
    return { name, counter, authorize: httpApi(gateway, signer) };
  });
  const contenders = series.map(
    ({ name, counter, authorize }): Contender<number> => ({ name, work: (inputs) => repeat(authorize, token, inputs.length, counter) }),
  );
  const medians = await race(contenders, rounds, () => Array.from({ length: BATCH }, (_, index) => index));
  bare.destroy();
  return series.map(({ name, counter }, index) => ({
    name,
    microseconds: medians[index] ?? Number.NaN,
    readings: counter.readings / counter.requests,
  }));
}

async function repeat(authorize: Authorize, token: string, times: number, counter: { requests: number }): Promise<void> {
  for (let done = 0; done < times; done++) {
    await authorize(token, 0);
    counter.requests++;
  }
}

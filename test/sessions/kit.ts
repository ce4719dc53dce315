import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import dynalite from "dynalite";
import { createRevocationsTable } from "../../local/database.ts";
import type { DocumentClient } from "../../src/aws/document-client.ts";
import type { Principal } from "../../src/principal/principal.ts";
import type { Proof } from "../../src/principal/proof.ts";
import { testPrincipal } from "../../src/testing/index.ts";
import type { RevocationSource } from "../../src/sessions/revocations.ts";

export const TABLE = "revocations";
/** 2026-11-20T12:00:00Z. */
export const NOW = 1_795_176_000_000;
export const NOW_SECONDS = NOW / 1_000;

/** A clock that stands still until it is told otherwise. */
export function makeClock(now = NOW) {
  const clock = () => now;
  return Object.assign(clock, { forward: (milliseconds: number) => void (now += milliseconds) });
}

/** A DynamoDB in this process with an empty table of revocations. */
export async function startTable() {
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const bare = new DynamoDBClient({ endpoint, region: "local", credentials, maxAttempts: 1 });
  await createRevocationsTable(bare, TABLE);
  const client = DynamoDBDocumentClient.from(bare);
  const stop = async () => {
    bare.destroy();
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return { client: client as DocumentClient, endpoint, stop };
}

/** A client that counts what goes through it, and can be told to fail. */
export function watched(client: DocumentClient) {
  const state = { sent: [] as string[], down: false };
  const send = async (command: object) => {
    state.sent.push(command.constructor.name);
    if (state.down) throw new Error("The table is down.");
    return client.send(command);
  };
  return Object.assign(state, { send });
}

/** What a token of somebody proves; every id is this one's own unless given. */
export function proofOf(who: string, { tokenId = `token-of-${who}`, issuedAt = NOW_SECONDS - 60, ...rest }: ProofParts = {}): Proof {
  return { principal: testPrincipal({ subject: who, issuer: "shop", session: `session-of-${who}`, ...rest }), tokenId, issuedAt };
}

type ProofParts = Partial<Omit<Proof, "principal">> & Partial<Principal>;

/** Whether a token is refused for being revoked, and for nothing else. */
export async function isRevokedIn(revocations: RevocationSource, clock: () => number, proof: Proof): Promise<boolean> {
  return revocations
    .open({ clock })
    .check(proof)
    .then(
      () => false,
      (error: { code?: string }) => error.code === "revoked",
    );
}

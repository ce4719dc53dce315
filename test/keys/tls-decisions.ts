/**
 * A process of its own for tls.test.ts, because authorities are read when a process starts. Its argument is a file of certificates by
 * name, as JSON. Prints what became of each fault, as JSON: {@link TlsOutcome} by name.
 */
import { readFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import type { Certificate } from "./certificate.ts";
import { openDoor } from "./fault-kit.ts";
import { at, makeFinder, makeKey, MINUTE, outcome, query, setOf } from "./kit.ts";

/** What was seen of one fault. */
export interface TlsOutcome {
  /** Of a lookup with the default transport, by a finder that holds nothing. */
  readonly looked: string;
  /** Two decisions of an authorizer that holds nothing, and the lines of its log. */
  readonly cold: readonly string[];
  readonly coldLines: readonly string[];
  /** One decision while the server is good, and two after that. */
  readonly held: readonly string[];
  readonly heldLines: readonly string[];
  /** The connections and the requests that the server saw by then: for `looked`, for `cold`, for `held`. */
  readonly connections: readonly number[];
  readonly requests: readonly number[];
}

/** Takes a connection and answers it with what the listener says, or spoils it. */
type Backend = (socket: Socket) => unknown;

const [, , file = ""] = process.argv;
const certificates = JSON.parse(await readFile(file, "utf8")) as Readonly<Record<string, Certificate>>;

const overTls =
  (certificate: Certificate | undefined) =>
  (listener: RequestListener): Backend => {
    const server = createTlsServer({ ...certificate }, listener);
    return (socket) => server.emit("connection", socket);
  };

const FAULTS: Readonly<Record<string, (listener: RequestListener) => Backend>> = {
  ...Object.fromEntries(Object.entries(certificates).map(([name, certificate]) => [`a certificate ${name}`, overTls(certificate)])),
  "no certificate": overTls(undefined),
  "no TLS": (listener) => {
    const server = createServer(listener);
    return (socket) => server.emit("connection", socket);
  },
  "a reset in the handshake": () => (socket) => socket.once("data", () => socket.resetAndDestroy()),
  "no answer to the handshake": () => (socket) => socket.resume(),
};

/** A server on loopback that counts, and that can be told whether to be good and what to publish. */
async function openServer(spoil: (listener: RequestListener) => Backend) {
  const state = { isGood: false, document: setOf([makeKey("a")]), connections: 0, requests: 0 };
  const listener: RequestListener = (_request, response) => {
    state.requests++;
    response.end(state.document);
  };
  const [good, bad] = [overTls(certificates["good"])(listener), spoil(listener)];
  const sockets = new Set<Socket>();
  const front = createTcpServer((socket) => {
    state.connections++;
    sockets.add(socket.on("error", () => {}));
    (state.isGood ? good : bad)(socket);
  });
  await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
  const close = () => {
    for (const socket of sockets) socket.destroy();
    front.close();
  };
  return { state, close, jwksUri: `https://127.0.0.1:${(front.address() as AddressInfo).port}/keys` };
}

async function examine(spoil: (listener: RequestListener) => Backend): Promise<TlsOutcome> {
  const { state, close, jwksUri } = await openServer(spoil);
  const [connections, requests]: [number[], number[]] = [[], []];
  const count = () => {
    connections.push(state.connections);
    requests.push(state.requests);
  };

  const looked = await outcome(makeFinder().keys.find(query("a", { location: at(jwksUri) })));
  count();
  const cold = await openDoor({ jwksUri });
  state.document = JSON.stringify({ keys: [cold.good] });
  const coldAnswers = [await cold.ask(), await cold.ask()];
  count();
  const held = await openDoor({ jwksUri });
  state.document = JSON.stringify({ keys: [held.good] });
  state.isGood = true;
  const before = await held.ask();
  state.isGood = false;
  held.pass(10 * MINUTE);
  const heldAnswers = [before, await held.ask(), await held.ask()];
  count();
  close();
  return { looked, cold: coldAnswers, coldLines: cold.lines, held: heldAnswers, heldLines: held.lines, connections, requests };
}

const outcomes = await Promise.all(Object.entries(FAULTS).map(async ([name, spoil]) => [name, await examine(spoil)] as const));
process.stdout.write(JSON.stringify(Object.fromEntries(outcomes)));

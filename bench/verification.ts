import { verify } from "node:crypto";
import { httpEvent, httpHandler } from "./authorizers.ts";
import type { HttpAuthorizerEvent } from "../src/gateway/http-api.ts";
import { type Contender, race } from "./measure.ts";
import { PEERS } from "./peers.ts";
import { type BenchToken, createGateway, createSigner, issuerUrl, SCHEMES, type SchemeName, type Signer } from "./tokens.ts";

/** Tokens in one turn: in turns a quarter as long, a third of what is measured is caches filling again after seven other libraries. */
const BATCH = 128;

/** Microseconds for one token, by contender, on one algorithm. */
export interface VerificationResult {
  readonly algorithm: SchemeName;
  readonly bare: number;
  readonly neverSeen: number;
  readonly repeated: number;
  /** Never-seen tokens, by peer; null where the peer does not know the algorithm. */
  readonly peers: Readonly<Record<string, number | null>>;
  /** One token again and again, for the peers that remember. */
  readonly peersRepeated: Readonly<Record<string, number>>;
}

/** Bare signature check, whole authorizer and peers, on every algorithm. */
export async function measureVerification(rounds: number): Promise<readonly VerificationResult[]> {
  const results: VerificationResult[] = [];
  for (const algorithm of Object.keys(SCHEMES) as SchemeName[]) results.push(await measureOne(algorithm, rounds));
  return results;
}

async function measureOne(algorithm: SchemeName, rounds: number): Promise<VerificationResult> {
  const signer = createSigner(algorithm);
  const authorize = httpHandler(createGateway(algorithm, { issuers: 3, routes: 10 }), signer);
  const known = signer.mint(issuerUrl(0)).text;
  const able = PEERS.filter(({ algorithms }) => algorithms.includes(algorithm));
  const remembering = able.filter(({ remembers }) => remembers);
  const contenders: readonly Contender<BenchRequest>[] = [
    bareVerify(signer),
    eachToken("never-seen", ({ event }) => authorize(event)),
    eachToken("repeated", ({ repeated }) => authorize(repeated)),
    ...able.map(({ name, prepare }) => {
      const verifyToken = prepare(signer);
      return eachToken(name, ({ text }) => verifyToken(text));
    }),
    ...remembering.map(({ name, prepare }) => {
      const verifyToken = prepare(signer);
      return eachToken(`${name}, repeated`, () => verifyToken(known));
    }),
  ];
  const mintBatch = () => Array.from({ length: BATCH }, () => requestWith(signer.mint(issuerUrl(0)), known));
  const [bare = 0, neverSeen = 0, repeated = 0, ...others] = await race(contenders, rounds, mintBatch);
  const timeOf = (index: number) => others[index] ?? Number.NaN;
  const peers = Object.fromEntries(PEERS.map((peer) => [peer.name, able.includes(peer) ? timeOf(able.indexOf(peer)) : null]));
  const peersRepeated = Object.fromEntries(remembering.map(({ name }, index) => [name, timeOf(able.length + index)]));
  return { algorithm, bare, neverSeen, repeated, peers, peersRepeated };
}

/** A token, and the events that bring it, and a token seen before, to the authorizer. */
interface BenchRequest extends BenchToken {
  readonly event: HttpAuthorizerEvent;
  readonly repeated: HttpAuthorizerEvent;
}

/** Made beforehand: a function is given an event and does not make it. */
const requestWith = (token: BenchToken, known: string): BenchRequest => ({
  ...token,
  event: httpEvent(token.text, 3),
  repeated: httpEvent(known, 3),
});

function bareVerify({ algorithm, publicKey }: Signer): Contender<BenchRequest> {
  const { hash, options } = SCHEMES[algorithm];
  const key = options === null ? publicKey : { key: publicKey, ...options };
  return {
    name: "crypto.verify",
    work(tokens) {
      for (const { input, signature } of tokens) {
        if (!verify(hash, input, key, signature)) throw new Error("A good signature did not verify.");
      }
    },
  };
}

function eachToken(name: string, use: (request: BenchRequest) => unknown): Contender<BenchRequest> {
  return {
    name,
    async work(tokens) {
      for (const token of tokens) await use(token);
    },
  };
}

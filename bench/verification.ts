import { verify } from "node:crypto";
import { httpApi } from "./authorizers.ts";
import { type Contender, race } from "./measure.ts";
import { PEERS } from "./peers.ts";
import { type BenchToken, createGateway, createSigner, issuerUrl, SCHEMES, type SchemeName, type Signer } from "./tokens.ts";

/** Tokens in one round. */
const BATCH = 32;

/** Microseconds for one token, by contender, on one algorithm. */
export interface VerificationResult {
  readonly algorithm: SchemeName;
  readonly bare: number;
  readonly neverSeen: number;
  readonly repeated: number;
  readonly peers: Readonly<Record<string, number>>;
}

/** Bare signature check, whole authorizer and peers, on every algorithm. */
export async function measureVerification(rounds: number): Promise<readonly VerificationResult[]> {
  const results: VerificationResult[] = [];
  for (const algorithm of Object.keys(SCHEMES) as SchemeName[]) results.push(await measureOne(algorithm, rounds));
  return results;
}

async function measureOne(algorithm: SchemeName, rounds: number): Promise<VerificationResult> {
  const signer = createSigner(algorithm);
  const authorize = httpApi(createGateway(algorithm, { issuers: 3, routes: 10 }), signer);
  const known = signer.mint(issuerUrl(0)).text;
  const contenders: readonly Contender<BenchToken>[] = [
    bareVerify(signer),
    eachToken("never-seen", ({ text }) => authorize(text, 3)),
    eachToken("repeated", () => authorize(known, 3)),
    ...PEERS.map(({ name, prepare }) => {
      const verifyToken = prepare(signer);
      return eachToken(name, ({ text }) => verifyToken(text));
    }),
  ];
  const mintBatch = () => Array.from({ length: BATCH }, () => signer.mint(issuerUrl(0)));
  const [bare = 0, neverSeen = 0, repeated = 0, ...others] = await race(contenders, rounds, mintBatch);
  const peers = Object.fromEntries(PEERS.map(({ name }, index) => [name, others[index] ?? Number.NaN]));
  return { algorithm, bare, neverSeen, repeated, peers };
}

function bareVerify({ algorithm, publicKey }: Signer): Contender<BenchToken> {
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

function eachToken(name: string, use: (token: BenchToken) => Promise<unknown>): Contender<BenchToken> {
  return {
    name,
    async work(tokens) {
      for (const token of tokens) await use(token);
    },
  };
}

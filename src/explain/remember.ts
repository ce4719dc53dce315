import type { Fetch, FetchAnswer } from "../keys/download.ts";

/** Bytes of one answer: more than the reader of the answers takes. */
const MAX_BYTES = 200_000;

interface Remembered {
  readonly status: number;
  readonly headers: FetchAnswer["headers"];
  readonly body: Uint8Array | null;
}

/** Asks every question once, and gives the same answer, or the same failure, ever after: for one explanation. */
export function rememberAnswers(fetch: Fetch): Fetch {
  const answers = new Map<string, Promise<Remembered>>();
  return async (url, init) => {
    const asked = `${url}\n${init.body ?? ""}`;
    const known = answers.get(asked) ?? read(fetch(url, init));
    answers.set(asked, known);
    const { status, headers, body } = await known;
    return { status, headers, body: body === null ? null : once(body) };
  };
}

async function read(asked: Promise<FetchAnswer>): Promise<Remembered> {
  const { status, headers, body } = await asked;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new Error("The answer is too long.");
    chunks.push(chunk);
  }
  return { status, headers, body: body === null ? null : Buffer.concat(chunks) };
}

async function* once(body: Uint8Array): AsyncGenerator<Uint8Array> {
  yield body;
}

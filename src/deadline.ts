import { type ReasonCode, SallyportError } from "./errors.ts";

/**
 * The work's result, if it comes within so many milliseconds; work that is late goes on unheeded. Leaves no timer behind.
 * @throws SallyportError with this code when time is up; otherwise what the work throws
 */
export async function within<T>(work: Promise<T>, milliseconds: number, code: ReasonCode): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new SallyportError(code)), milliseconds);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The same for work that can be called off: its signal is aborted as soon as nobody waits any more, so that late work keeps no connection.
 * @throws SallyportError with this code when time is up; otherwise what the work throws
 */
export async function abortedAfter<T>(work: (signal: AbortSignal) => Promise<T>, milliseconds: number, code: ReasonCode): Promise<T> {
  const ending = new AbortController();
  try {
    return await within(work(ending.signal), milliseconds, code);
  } finally {
    ending.abort();
  }
}

import { SallyportError } from "../errors.ts";

/**
 * The work's result, if it comes within so many milliseconds; work that is late goes on unheeded. Leaves no timer behind.
 * @throws SallyportError `keys_unavailable` when time is up; otherwise what the work throws
 */
export async function withDeadline<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new SallyportError("keys_unavailable")), milliseconds);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

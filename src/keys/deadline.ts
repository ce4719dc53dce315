import { within } from "../deadline.ts";

/**
 * The work's result, if it comes within so many milliseconds; work that is late goes on unheeded. Leaves no timer behind.
 * @throws SallyportError `keys_unavailable` when time is up; otherwise what the work throws
 */
export const withDeadline = <T>(work: Promise<T>, milliseconds: number): Promise<T> => within(work, milliseconds, "keys_unavailable");

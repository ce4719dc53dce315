/** Whole seconds, as tokens count them. */
export const seconds = (milliseconds: number) => Math.floor(milliseconds / 1_000);

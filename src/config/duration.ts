const SECONDS = new Map([
  ["s", 1],
  ["m", 60],
  ["h", 3_600],
  ["d", 86_400],
]);

/**
 * Reads a duration such as `30s`, `15m`, `24h` or `30d`: a whole number and one unit, nothing else.
 * @returns seconds, or null where the text is not a duration
 */
export function parseDuration(text: string): number | null {
  const match = /^(0|[1-9][0-9]{0,8})([smhd])$/.exec(text);
  const unit = SECONDS.get(match?.[2] ?? "");
  return match === null || unit === undefined ? null : Number(match[1]) * unit;
}

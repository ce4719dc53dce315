const SECONDS = new Map([
  ["s", 1],
  ["m", 60],
  ["h", 3_600],
  ["d", 86_400],
]);

/**
 * Reads a duration such as `30s`, `15m`, `24h` or `30d`: a whole number and one unit, nothing else.
 * @returns seconds, or null for anything else
 */
export function parseDuration(text: unknown): number | null {
  const match = typeof text === "string" ? /^(0|[1-9][0-9]{0,8})([smhd])$/.exec(text) : null;
  const unit = SECONDS.get(match?.[2] ?? "");
  return match === null || unit === undefined ? null : Number(match[1]) * unit;
}

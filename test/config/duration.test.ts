import { expect, it } from "vitest";
import { parseDuration } from "../../src/config/duration.ts";

it.each([
  ["0s", 0],
  ["30s", 30],
  ["15m", 900],
  ["24h", 86_400],
  ["30d", 2_592_000],
])("reads %s as %d seconds", (text, seconds) => {
  expect(parseDuration(text)).toBe(seconds);
});

it.each(["", "15", "m", "-1s", "1.5h", "1 h", " 1h", "1h ", "1H", "01s", "1h30m", "1w", "1e3s", "9999999999s", "١s"])(
  "refuses %j",
  (text) => {
    expect(parseDuration(text)).toBeNull();
  },
);

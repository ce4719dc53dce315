import type { VerificationResult } from "./verification.ts";

const ROW = 18;
const LEFT = 200;
const WIDTH = 720;
/** The yardstick, the authorizer twice, and every peer. */
const COLOURS = ["#8a8f98", "#1b6e53", "#57ab8b"];
const PEER = "#c2793a";

/** A bar chart of the times for one token as multiples of bare `crypto.verify`, as SVG text. */
export function plotVerification(results: readonly VerificationResult[]): string {
  const groups = results.map(({ algorithm, bare, neverSeen, repeated, peers }) => ({
    algorithm,
    bars: Object.entries({ "crypto.verify": bare, "authorizer, never seen": neverSeen, "authorizer, seen before": repeated, ...peers })
      .filter((bar): bar is [string, number] => bar[1] !== null)
      .map(([name, time]) => ({ name: name.replaceAll("`", ""), ratio: time / bare })),
  }));
  const longest = Math.max(...groups.flatMap(({ bars }) => bars.map(({ ratio }) => ratio)));
  const scale = (WIDTH - LEFT - 70) / longest;
  const lines: string[] = [];
  let y = 16;
  for (const { algorithm, bars } of groups) {
    lines.push(`<text x="8" y="${y + 12}" font-weight="bold">${algorithm}</text>`);
    for (const [index, { name, ratio }] of bars.entries()) {
      const length = (ratio * scale).toFixed(1);
      lines.push(
        `<text x="${LEFT - 8}" y="${y + 12}" text-anchor="end">${name}</text>`,
        `<rect x="${LEFT}" y="${y}" width="${length}" height="${ROW - 4}" fill="${COLOURS[index] ?? PEER}"/>`,
        `<text x="${LEFT + Number(length) + 6}" y="${y + 12}">${ratio.toFixed(2)}×</text>`,
      );
      y += ROW;
    }
    y += ROW;
  }
  const open = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" font-family="sans-serif" font-size="12">`;
  const title = "<title>Time for one token, as multiples of bare crypto.verify</title>";
  return `${[open, title, `<rect width="${WIDTH}" height="${y}" fill="#fff"/>`, ...lines, "</svg>"].join("\n")}\n`;
}

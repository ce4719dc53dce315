import type { ColdStarts } from "./cold-start.ts";

const ROW = 22;
const LEFT = 250;
const WIDTH = 760;
const PHASES = [
  { name: "init", colour: "#8a8f98" },
  { name: "first", colour: "#1b6e53" },
  { name: "second", colour: "#57ab8b" },
] as const;

/** One bar for each handler, made of its phases, as SVG text. */
export function plotColdStarts({ full }: ColdStarts): string {
  const longest = Math.max(...full.map(({ init, first, second }) => init + first + second));
  const scale = (WIDTH - LEFT - 80) / longest;
  const lines = PHASES.map(
    ({ name, colour }, index) =>
      `<rect x="${LEFT + index * 90}" y="6" width="12" height="12" fill="${colour}"/><text x="${LEFT + index * 90 + 18}" y="16">${name}</text>`,
  );
  for (const [index, result] of full.entries()) {
    const y = 28 + index * ROW;
    let x = LEFT;
    lines.push(`<text x="${LEFT - 8}" y="${y + 13}" text-anchor="end">${result.name.replaceAll("`", "")}</text>`);
    for (const { name, colour } of PHASES) {
      const length = result[name] * scale;
      lines.push(`<rect x="${x.toFixed(1)}" y="${y}" width="${length.toFixed(1)}" height="${ROW - 5}" fill="${colour}"/>`);
      x += length;
    }
    lines.push(`<text x="${(x + 6).toFixed(1)}" y="${y + 13}">${(result.init + result.first).toFixed(0)} ms</text>`);
  }
  const height = 40 + full.length * ROW;
  const open = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`;
  const title = "<title>Cold starts: init, first and second invocation; the figure is init and first together</title>";
  return `${[open, title, `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`, ...lines, "</svg>"].join("\n")}\n`;
}

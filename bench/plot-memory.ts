import type { MemoryResult } from "./memory.ts";

const [WIDTH, HEIGHT, LEFT, TOP, BOTTOM] = [720, 260, 60, 20, 40];
const COLOURS = ["#1b6e53", "#c2793a"];

/** Resident memory over the invocations, one line for each process, as SVG text. */
export function plotMemory(results: readonly MemoryResult[]): string {
  const most = Math.max(...results.flatMap(({ samples }) => samples)) * 1.1;
  const y = (bytes: number) => (HEIGHT - BOTTOM - (bytes / most) * (HEIGHT - TOP - BOTTOM)).toFixed(1);
  const lines = results.flatMap(({ name, samples }, index) => {
    const x = (at: number) => (LEFT + (at / Math.max(1, samples.length - 1)) * (WIDTH - LEFT - 20)).toFixed(1);
    const points = samples.map((bytes, at) => `${x(at)},${y(bytes)}`).join(" ");
    const colour = COLOURS[index % COLOURS.length];
    const label = `<text x="${WIDTH - 20}" y="${Number(y(samples.at(-1) ?? 0)) - 6}" text-anchor="end" fill="${colour}">${name}</text>`;
    return [`<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="2"/>`, label];
  });
  const marks = [0, 0.5, 1].map((part) => {
    const bytes = part * most;
    return `<text x="${LEFT - 8}" y="${Number(y(bytes)) + 4}" text-anchor="end">${(bytes / 1_000_000).toFixed(0)} MB</text>`;
  });
  const last = results[0]?.invocations.toLocaleString("en") ?? "";
  const open = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`;
  const axis = `<path d="M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${WIDTH - 20}" fill="none" stroke="#8a8f98"/>`;
  const foot = `<text x="${WIDTH - 20}" y="${HEIGHT - 16}" text-anchor="end">${last} invocations</text>`;
  const title = "<title>Resident memory over many invocations</title>";
  return `${[open, title, `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`, axis, ...marks, foot, ...lines, "</svg>"].join("\n")}\n`;
}

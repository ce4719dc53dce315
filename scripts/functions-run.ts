/**
 * Imports the module that the first argument names; prints, as JSON, where in it the functions stand that ran: `start:end`, the end not
 * included, in UTF-16 code units. A module that refuses its environment is no failure: what it ran until then counts.
 */
import { Session } from "node:inspector/promises";

const url = process.argv[2] ?? "";
// What the module prints is not the answer.
const print = process.stdout.write.bind(process.stdout);
process.stdout.write = () => true;
const session = new Session();
session.connect();
await session.post("Profiler.enable");
await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: false });
await import(url).catch(() => {});
const { result } = await session.post("Profiler.takePreciseCoverage");
const functions = result.find((script) => script.url === url)?.functions ?? [];
const ran = functions.flatMap(({ ranges: [whole] }) => (whole !== undefined && whole.count > 0 ? [whole] : []));
print(JSON.stringify(ran.map(({ startOffset, endOffset }) => `${startOffset}:${endOffset}`)), () => process.exit());

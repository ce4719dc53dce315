// Runs the real bundles in a process whose own globals are frozen, and prints what they answered.
import { pathToFileURL } from "node:url";
import { join } from "node:path";

const [, , folder, input] = process.argv;
const { cases } = JSON.parse(input);
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = () => true;

const own = (value) => [...Object.getOwnPropertyNames(value), ...Object.getOwnPropertySymbols(value)];
for (const { prototype } of [Object, Array, Function, String, Number, RegExp, Map, Set, Promise, Error, Uint8Array])
  Object.freeze(prototype);
Object.freeze(Object.getPrototypeOf(Uint8Array.prototype));
const before = own(globalThis);

/** An answer, or the message of what was thrown. */
async function ask(name, event) {
  const { handler } = await import(pathToFileURL(join(folder, name, "index.mjs")).href);
  return handler(event).catch((error) => ({ thrown: error.message }));
}

/** The event of the function behind an authorizer: a WebSocket API lays the context in flat, an HTTP API under a name. */
function inContext(event, context) {
  const { requestContext } = event;
  return { ...event, requestContext: { ...requestContext, authorizer: requestContext.connectionId ? context : { lambda: context } } };
}

const answers = [];
for (const { authorizer, event, guarded } of cases) {
  const answer = await ask(authorizer, event);
  const context = guarded && answer.context;
  answers.push({ answer, guarded: guarded ? await ask(guarded.name, context ? inContext(guarded.event, context) : guarded.event) : null });
}
write(
  JSON.stringify({
    answers,
    globals: own(globalThis)
      .filter((name) => !before.includes(name))
      .map(String),
  }),
);

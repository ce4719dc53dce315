import { defineCommand } from "citty";
import { identityUrl } from "../local/ports.ts";
import { parseDuration } from "../src/config/duration.ts";
import { attempt, checkArguments, UsageError } from "./usage.ts";

const flag = (description: string) => ({ type: "boolean", description, default: false }) as const;

/** The flags that spoil a token, each in one way. */
const SPOILT = {
  expired: flag("a token that expired an hour ago"),
  "wrong-audience": flag("a token for another API"),
  unsigned: flag("a token with alg none and no signature"),
  tampered: flag("a token whose claims were changed after it was signed"),
  "other-key": flag("a token signed with another issuer's key under this issuer's key id"),
} as const;

const ARGUMENTS = {
  as: { type: "string", description: "a persona of local/personas.ts", valueHint: "alice", required: true },
  ttl: { type: "string", description: "how long it is valid: 30s, 5m, 1h", valueHint: "5m" },
  id: flag("an ID token instead of the kind that the gateway accepts"),
  ...SPOILT,
} as const;

/** `sallyport token`: exactly one token on standard output, from the twin that is running. */
export const token = defineCommand({
  meta: { name: "token", description: "Print a token of one of the local twin's personas" },
  args: ARGUMENTS,
  run: ({ args, rawArgs }) =>
    attempt(async () => {
      // A misspelt flag would yield a token that is not spoilt at all.
      checkArguments(rawArgs, ARGUMENTS, "token");
      console.log(await fetchToken(toRequest(args)));
    }),
});

type Arguments = Readonly<Record<keyof typeof SPOILT | "id", boolean>> & { readonly as: string; readonly ttl?: string | undefined };

function toRequest(args: Arguments): object {
  const spoilt = (Object.keys(SPOILT) as (keyof typeof SPOILT)[]).filter((name) => args[name]);
  if (spoilt.length > 1)
    throw new UsageError(`a token is spoilt in one way at a time, not by ${spoilt.map((name) => `--${name}`).join(" and ")}.`);
  const ttl = args.ttl === undefined ? null : parseDuration(args.ttl);
  if (args.ttl !== undefined && (ttl === null || ttl === 0)) throw new UsageError("--ttl takes a duration such as 30s, 5m or 1h.");
  return { as: args.as, variant: spoilt[0] ?? "valid", ...(ttl === null ? {} : { ttl }), ...(args.id ? { use: "id" } : {}) };
}

async function fetchToken(request: object): Promise<string> {
  const base = identityUrl(process.env);
  const response = await fetch(`${base}/mint`, { method: "POST", body: JSON.stringify(request) }).catch(() => {
    throw new UsageError(`no local twin answers at ${base}. Start it with npm start (SALLYPORT_IDP_PORT says which port).`);
  });
  const answer = (await response.json().catch(() => ({}))) as { readonly token?: string; readonly personas?: readonly string[] };
  if (answer.token !== undefined) return answer.token;
  if (answer.personas !== undefined) throw new UsageError(`there is no such persona. Known are: ${answer.personas.join(", ")}.`);
  throw new UsageError(`what answers at ${base} is not the local twin.`);
}

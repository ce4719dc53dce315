import { defineCommand } from "citty";
import type { Gateway } from "../src/gateway.ts";
import type { RevocationTable } from "../src/sessions/revocation-table.ts";
import { type Cause, createRevoker, type RevocationRecord, type Revoker } from "../src/sessions/revoker.ts";
import { holdsToken } from "../src/sessions/held-token.ts";
import { readKey, type Target, TARGET_KINDS } from "../src/sessions/targets.ts";
import { loadGateway } from "./load-gateway.ts";
import { attempt, checkArguments, UsageError } from "./usage.ts";

const text = (description: string) => ({ type: "string", description }) as const;
const flag = (description: string) => ({ type: "boolean", description, default: false }) as const;

const ARGS = {
  issuer: text("the issuer's name in the configuration"),
  subject: text("everything issued to this subject until now"),
  client: text("everything issued to this client until now"),
  session: text("one session, by its id"),
  token: text("one token, by its id (jti), not the token itself"),
  everything: flag("everything that the issuer issued until now"),
  why: text("the reason, for the record"),
  by: { type: "string", description: "who wants it; default $USER" },
  list: flag("list what is revoked"),
  undo: flag("take a revocation back: named the same way, or by its key as --list prints it"),
  key: text("with --undo: the key"),
  config: { type: "string", description: "the gateway's configuration", default: "gateway.config.ts" },
} as const;

/** Milliseconds for one writing: where credentials come from a sign-in or another program, they take their time. */
const TIMEOUT = 60_000;

/** `sallyport revoke`: writes into the table that the deployed gateway reads, with the AWS credentials of whoever runs it. */
export const revoke = defineCommand({
  meta: { name: "revoke", description: "Revoke sessions, tokens, subjects, clients or issuers; list and undo" },
  args: ARGS,
  run: ({ args, rawArgs }) =>
    attempt(async () => {
      checkArguments(rawArgs, ARGS, "revoke");
      checkKey(args);
      const gateway = await loadGateway(args.config);
      const revoker = createRevoker(tableOf(gateway, args.config), {}, TIMEOUT);
      if (args.list) return console.log(await table(revoker));
      const cause: Cause = { by: args.by ?? process.env["USER"] ?? "", why: args.why ?? "" };
      if (cause.why === "") throw new UsageError('say why: --why "lost phone".');
      if (cause.by === "") throw new UsageError('say who wants it: --by "your name".');
      if (!args.undo) return revoker.revoke(targetOf(args, gateway), cause);
      if (!(await revoker.undo(args.key ?? targetOf(args, gateway), cause))) throw new UsageError("there is no such revocation.");
    }),
});

function tableOf({ revocations }: Gateway, path: string): RevocationTable {
  if (revocations !== undefined && "options" in revocations) return revocations as RevocationTable;
  throw new UsageError(`${path} has no table of revocations: its \`revocations\` is not a revocationTable({…}).`);
}

type Names = Readonly<Partial<Record<Target["kind"] | "key", string | undefined>>> & { readonly everything: boolean };

/** A key is another way to name what is taken back, and no way to name what is revoked. */
function checkKey(args: Names & { readonly undo: boolean }): void {
  if (args.key === undefined) return;
  if (!args.undo) throw new UsageError("--key goes with --undo.");
  if (args.key === "") throw new UsageError("--key is empty.");
  const others = [...TARGET_KINDS.filter((kind) => args[kind] !== undefined), ...(args.everything ? ["everything"] : [])];
  if (others.length > 0) throw new UsageError(`--key names it already; leave out ${others.map((name) => `--${name}`).join(" and ")}.`);
  if (readKey(args.key) === null) throw new UsageError("--key is not the key of a revocation, as --list prints it.");
}

/** Something of an issuer's, or all of it where that is said. */
function targetOf(args: Names, gateway: Gateway): Target {
  const { issuer = "" } = args;
  const names = gateway.issuers.map(({ name }) => name);
  if (!names.includes(issuer)) throw new UsageError(`name the issuer with --issuer: ${names.join(", ")}.`);
  const given = TARGET_KINDS.filter((kind) => (kind === "issuer" ? args.everything : args[kind] !== undefined));
  if (given.length > 1) throw new UsageError(`give one of ${given.map(optionOf).join(" and ")}.`);
  const [kind] = given;
  if (kind === undefined) {
    throw new UsageError(`say what of it: ${TARGET_KINDS.map(optionOf).join(", ")}. The last is all that ${issuer} issued until now.`);
  }
  const value = args[kind] ?? "";
  if (value === "") throw new UsageError(`--${kind} is empty.`);
  if (kind === "token" && value.split(".").length > 2) throw new UsageError("--token wants the token's id (jti), not the token.");
  if (holdsToken(value)) throw new UsageError(`--${kind} wants an id, not a token.`);
  return { issuer, kind, value };
}

const optionOf = (kind: Target["kind"]) => (kind === "issuer" ? "--everything" : `--${kind}`);

async function table(revoker: Revoker): Promise<string> {
  const records: RevocationRecord[] = [];
  for await (const record of revoker.list()) records.push(record);
  const rows = records
    .toSorted((a, b) => b.at - a.at)
    .map(({ at, issuer, kind, upTo, by, why, target }) => [date(at), issuer, kind, upTo === null ? "all" : date(upTo), by, why, target]);
  const lines = [["at", "issuer", "kind", "issued up to", "by", "why", "key"], ...rows];
  return lines.map((line) => line.join("  ")).join("\n");
}

const date = (seconds: number) => new Date(seconds * 1_000).toISOString().replace(".000Z", "Z");

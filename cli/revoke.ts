import { defineCommand } from "citty";
import type { Gateway } from "../src/gateway.ts";
import type { RevocationTable } from "../src/sessions/revocation-table.ts";
import { type Cause, createRevoker, type RevocationRecord, type Revoker } from "../src/sessions/revoker.ts";
import { type Target, TARGET_KINDS } from "../src/sessions/targets.ts";
import { loadGateway } from "./load-gateway.ts";
import { attempt, refuseUnknownFlags, UsageError } from "./usage.ts";

const text = (description: string) => ({ type: "string", description }) as const;
const flag = (description: string) => ({ type: "boolean", description, default: false }) as const;

const ARGS = {
  issuer: text("the issuer's name in the configuration; alone: everything it issued until now"),
  subject: text("everything issued to this subject until now"),
  client: text("everything issued to this client until now"),
  session: text("one session, by its id"),
  token: text("one token, by its id (jti), not the token itself"),
  why: text("the reason, for the record"),
  by: { type: "string", description: "who wants it", default: process.env["USER"] ?? "unknown" },
  list: flag("list what is revoked"),
  undo: flag("take a revocation back: named the same way, or by its key as --list prints it"),
  key: text("with --undo: the key"),
  config: { type: "string", description: "the gateway's configuration", default: "gateway.config.ts" },
} as const;

/** `sallyport revoke`: writes into the table that the deployed gateway reads, with the AWS credentials of whoever runs it. */
export const revoke = defineCommand({
  meta: { name: "revoke", description: "Revoke sessions, tokens, subjects, clients or issuers; list and undo" },
  args: ARGS,
  run: ({ args, rawArgs }) =>
    attempt(async () => {
      refuseUnknownFlags(rawArgs, ARGS, "revoke");
      const gateway = await loadGateway(args.config);
      const revoker = createRevoker(tableOf(gateway, args.config), { audit: (entry) => console.log(JSON.stringify(entry)) });
      if (args.list) return console.log(await table(revoker));
      const cause: Cause = { by: args.by, why: args.why ?? "" };
      if (cause.why === "") throw new UsageError('say why: --why "lost phone".');
      if (!args.undo) return revoker.revoke(targetOf(args, gateway), cause);
      if (!(await revoker.undo(args.key ?? targetOf(args, gateway), cause))) throw new UsageError("there is no such revocation.");
    }),
});

function tableOf({ revocations }: Gateway, path: string): RevocationTable {
  if (revocations !== undefined && "options" in revocations) return revocations as RevocationTable;
  throw new UsageError(`${path} has no table of revocations: its \`revocations\` is not a revocationTable({…}).`);
}

type Names = Readonly<Partial<Record<Target["kind"], string | undefined>>>;

/** The issuer, and at most one thing of its own. */
function targetOf(args: Names, gateway: Gateway): Target {
  const { issuer = "" } = args;
  const names = gateway.issuers.map(({ name }) => name);
  if (!names.includes(issuer)) throw new UsageError(`name the issuer with --issuer: ${names.join(", ")}.`);
  const given = TARGET_KINDS.filter((kind) => kind !== "issuer" && args[kind] !== undefined);
  if (given.length > 1) throw new UsageError(`give one of ${given.map((kind) => `--${kind}`).join(" and ")}.`);
  const [kind = "issuer"] = given;
  const value = args[kind] ?? "";
  if (value === "") throw new UsageError(`--${kind} is empty.`);
  if (kind === "token" && value.split(".").length > 2) throw new UsageError("--token wants the token's id (jti), not the token.");
  return { issuer, kind, value };
}

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

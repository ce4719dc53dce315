import { type Dynamo, lazyDynamo } from "../aws/dynamo.ts";
import { writeLine } from "../observe/log.ts";
import { limited, requireTable, type RevocationTable } from "./revocation-table.ts";
import { holdsToken, withoutTokens } from "./held-token.ts";
import { isFinal, keyOf, readKey, type Target, type TargetKind } from "./targets.ts";
import { seconds } from "../seconds.ts";

/** Who wants something revoked, and why: for the record and for the audit line. A JWT in there is left out. */
export interface Cause {
  readonly by: string;
  readonly why: string;
}

/** One line for the audit log: what was done, by whom and why. The target stands as its key, which names nobody. */
export interface AuditEntry extends Cause {
  readonly message: "Revoked" | "Revocation undone";
  /**
   * `done`: the table said so, and it may have stood so before. `unknown`: the table failed, or did not answer in time; it may be done all
   * the same. `absent`: there was nothing to undo, unless an attempt whose answer was lost has undone it.
   */
  readonly outcome: "done" | "unknown" | "absent";
  readonly issuer: string;
  readonly kind: string;
  readonly target: string;
  /** Seconds since the epoch: what was issued up to then is revoked; null: everything. */
  readonly upTo: number | null;
}

/** A revocation as it stands in the table. Times are seconds since the epoch. */
export interface RevocationRecord extends Cause {
  readonly target: string;
  readonly issuer: string;
  readonly kind: TargetKind;
  readonly upTo: number | null;
  readonly at: number;
  readonly removeAt: number;
}

/** Writes revocations. */
export interface Revoker {
  /**
   * Revokes a target: a session or a token for good, the rest for what was issued up to a second, `upTo` or else now. Doing it again
   * changes nothing. Rejects where the table cannot be written, and with a TypeError where the target's value is a token.
   */
  revoke(target: Target, cause: Cause, upTo?: number): Promise<void>;
  /** Takes a revocation back, given as its target or as its key; answers whether there was one. Rejects with a TypeError what is no key. */
  undo(target: Target | string, cause: Cause): Promise<boolean>;
  /** Every revocation that still stands. Reads the whole table. */
  list(): AsyncIterable<RevocationRecord>;
}

/** What a revoker is given besides the table. */
export interface RevokerOptions {
  /** Milliseconds since the epoch; default `Date.now`. */
  readonly clock?: () => number;
  /** Where audit lines go; default one JSON line each on stdout. */
  readonly audit?: (entry: AuditEntry) => void;
}

const auditToConsole = ({ message, ...rest }: AuditEntry) => writeLine("INFO", message, { audit: true, ...rest });

/** Longest text kept of who and why. */
const MAX_TEXT = 256;

/**
 * What writes into the table that gateway and guards read.
 * @param timeout milliseconds for one writing; default two seconds
 * @throws ConfigurationError where the table is none or its settings are wrong
 */
export function createRevoker(
  table: RevocationTable,
  { clock = Date.now, audit = auditToConsole }: RevokerOptions = {},
  timeout?: number,
): Revoker {
  requireTable(table);
  const { options, keep } = table;
  const { table: TableName } = options;
  const dynamo = lazyDynamo(options.client);
  const now = () => seconds(clock());
  /** A write whose answer is missing may have been done. */
  const audited = async <T>(writing: Promise<T>, entry: Omit<AuditEntry, "outcome">): Promise<T> =>
    writing.catch((error: unknown) => {
      audit({ ...entry, outcome: "unknown" });
      throw error;
    });
  return {
    async revoke(target, cause, upTo = now()) {
      if (holdsToken(target.value)) throw new TypeError(`The ${target.kind} to revoke is a token and not an id.`);
      const { issuer, kind } = target;
      const { by, why } = readable(cause);
      const record = { issuer, kind, by, why, at: now() };
      const limits = isFinal(kind) ? { removeAt: now() + (keep ?? 0) } : { removeAt: upTo + (keep ?? 0), upTo };
      const key = keyOf(target);
      const write = async (abortSignal: AbortSignal) => put(await dynamo(), TableName, key, { ...record, ...limits }, abortSignal);
      const entry = { message: "Revoked", target: key, issuer, kind, by, why, upTo: isFinal(kind) ? null : upTo } as const;
      await audited(
        limited((abortSignal) => twice(write, abortSignal), timeout),
        entry,
      );
      audit({ ...entry, outcome: "done" });
    },
    async undo(target, cause) {
      const key = typeof target === "string" ? target : keyOf(target);
      const named = readKey(key);
      if (named === null) throw new TypeError("This is not the key of a revocation.");
      const entry = { message: "Revocation undone", target: key, ...named, upTo: null, ...readable(cause) } as const;
      const remove = async (abortSignal: AbortSignal) => {
        const { client, DeleteCommand } = await dynamo();
        const command = new DeleteCommand({ TableName, Key: { target: key }, ReturnValues: "ALL_OLD" });
        return (await client.send(command, { abortSignal })) as { readonly Attributes?: object };
      };
      const { Attributes } = await audited(limited(remove, timeout), entry);
      const upTo = Attributes === undefined ? null : readRecord(Attributes).upTo;
      audit({ ...entry, upTo, outcome: Attributes === undefined ? "absent" : "done" });
      return Attributes !== undefined;
    },
    list: () => scan(dynamo, TableName, now),
  };
}

/** One failure may be a throttled or dropped request; writing again is harmless. */
async function twice(write: (abortSignal: AbortSignal) => Promise<void>, abortSignal: AbortSignal): Promise<void> {
  await write(abortSignal).catch(async (error: unknown) => {
    if (abortSignal.aborted) throw error;
    await write(abortSignal);
  });
}

/** A record never loses ground: an earlier moment, or a shorter life, does not replace a later one. */
async function put(
  { client, UpdateCommand }: Dynamo,
  TableName: string,
  target: string,
  record: Readonly<Record<string, unknown>>,
  abortSignal: AbortSignal,
): Promise<void> {
  const names = Object.keys(record);
  const later = "upTo" in record ? "upTo" : "removeAt";
  const command = new UpdateCommand({
    TableName,
    Key: { target },
    UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(", ")}`,
    ConditionExpression: `attribute_not_exists(target) OR #${later} < :${later}`,
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(names.map((name) => [`:${name}`, record[name]])),
  });
  await client.send(command, { abortSignal }).catch((error: unknown) => {
    if (!isConditionFailed(error)) throw error;
  });
}

/** Whether a conditional write found the condition not to hold. */
export const isConditionFailed = (error: unknown): boolean => error instanceof Error && error.name === "ConditionalCheckFailedException";

/** Control characters would let a text break out of its line, and whoever can read lines could use a token. */
function readable({ by, why }: Cause): Cause {
  const clean = (text: string) =>
    withoutTokens(text)
      .replaceAll(/\p{Cc}+/gu, " ")
      .slice(0, MAX_TEXT);
  return { by: clean(by), why: clean(why) };
}

async function* scan(dynamo: () => Promise<Dynamo>, TableName: string, now: () => number): AsyncIterable<RevocationRecord> {
  const { client, ScanCommand } = await dynamo();
  let start: Record<string, unknown> | undefined;
  do {
    const page = { TableName, ConsistentRead: true, FilterExpression: "attribute_exists(kind)" };
    const answer = await client.send(new ScanCommand({ ...page, ...(start && { ExclusiveStartKey: start }) }));
    const { Items = [], LastEvaluatedKey } = answer as { readonly Items?: object[]; readonly LastEvaluatedKey?: Record<string, unknown> };
    for (const record of Items.map(readRecord)) if (record.removeAt > now()) yield record;
    start = LastEvaluatedKey;
  } while (start !== undefined);
}

function readRecord(item: object): RevocationRecord {
  const { upTo = null, ...rest } = item as Omit<RevocationRecord, "upTo"> & { readonly upTo?: number | null };
  return { ...rest, upTo };
}

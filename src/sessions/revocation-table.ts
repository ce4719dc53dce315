import type { DocumentClient } from "../aws/document-client.ts";
import { lazyDynamo } from "../aws/dynamo.ts";
import { checkNames, checkText, isObject, kindOf, ownMembers } from "../config/check-values.ts";
import { parseDuration } from "../config/duration.ts";
import { isOnLambda } from "../config/lambda.ts";
import { checked, type Report } from "../config/report.ts";
import { abortedAfter } from "../deadline.ts";
import { isJsonObject } from "../json.ts";
import { type Cutoff, createRevocations, type ReadCutoffs } from "./remembered.ts";
import type { OnUnavailable, RevocationSource } from "./revocations.ts";

/** Where revocations are kept, and how they are read. */
export interface RevocationTableOptions {
  /** A DynamoDB table with the partition key `target` (string); its TTL attribute is `removeAt`. */
  readonly table: string;
  /**
   * What becomes of requests while the table cannot be read. `"deny"`: they fail (503 from a guard, API Gateway's 500 from an authorizer),
   * so sign-out holds and an outage of the table is an outage of the API. `"allow"`: they pass, so the API stays up and revoked tokens work until the table is back.
   */
  readonly onUnavailable: OnUnavailable;
  /** How long an answer is used again: how long a revoked token may still pass. Default `"5s"`; `"0s"` asks every time. */
  readonly remember?: string;
  /** How long a revocation is kept: longer than any token lives. Default `"31d"`. */
  readonly keep?: string;
  /** Default: a client of the function's own region and credentials. */
  readonly client?: DocumentClient;
}

/** A table of revocations: read by authorizers and guards, written by {@link createRevoker}. */
export interface RevocationTable extends RevocationSource {
  readonly options: RevocationTableOptions;
}

const NAMES = ["table", "onUnavailable", "remember", "keep", "client"];
/** Milliseconds for one reading or writing, with the SDK loaded and the connection made for the first of them. */
const TIMEOUT = 2_000;
/** Requests for one reading: the table may answer a part, and is asked for the rest once more. */
const REQUESTS = 2;

/**
 * Revocations in a DynamoDB table. The AWS SDK (`@aws-sdk/client-dynamodb` and `@aws-sdk/lib-dynamodb`) is a peer to be installed beside
 * this package; on Lambda it begins to load with the function, and elsewhere when the first request asks.
 */
export function revocationTable(given: RevocationTableOptions): RevocationTable {
  const options = ownMembers(given);
  return {
    options,
    keep: parseDuration(options.keep ?? "31d"),
    check: (report) => checkOptions(options, report),
    open({ clock, unavailable }) {
      requireSound(options);
      const { onUnavailable, remember = "5s" } = options;
      const read = readFrom(options);
      return createRevocations({
        read,
        onUnavailable,
        clock,
        remember: (parseDuration(remember) ?? 0) * 1_000,
        ...(unavailable && { unavailable }),
      });
    },
  };
}

/** @throws ConfigurationError */
function requireSound(options: RevocationTableOptions): void {
  checked("revocations", (report) => checkOptions(options, report));
}

/** Refuses what `revocationTable` did not make, and one whose settings are wrong. @throws ConfigurationError */
export function requireTable(table: unknown): asserts table is RevocationTable {
  const made = isObject(table) && isObject(table["options"]) ? (table as unknown as RevocationTable) : null;
  checked("revocations", (report) => {
    if (made === null) report.problem("", `is ${kindOf(table)}, not a table of revocations.`, "Use `revocationTable({…})`.");
    else checkOptions(made.options, report);
    return true;
  });
}

function checkOptions(options: RevocationTableOptions, report: Report): void {
  checkNames({ ...options }, NAMES, report);
  checkText(options.table, report, "table");
  if (!["deny", "allow"].includes(options.onUnavailable)) {
    const found = typeof options.onUnavailable === "string" ? "not a known value" : kindOf(options.onUnavailable);
    report.problem("onUnavailable", `is ${found}.`, 'Decide for "deny" (requests fail) or "allow" (let revoked tokens pass).');
  }
  for (const name of ["remember", "keep"] as const) {
    const value = options[name];
    if (value !== undefined && parseDuration(value) === null) report.problem(name, "is not a duration.", 'Write it like "5s" or "31d".');
  }
}

/** One batch, strongly consistent: what was written before the reading began is seen. */
function readFrom({ table, client: given }: RevocationTableOptions): ReadCutoffs {
  const dynamo = lazyDynamo(given);
  // In the init phase, so that the first request does not wait for it. Where it fails, the first request tries again.
  if (isOnLambda()) dynamo().catch(() => {});
  const read = async (keys: readonly string[], cutoffs: Cutoff[], abortSignal: AbortSignal) => {
    const { client, BatchGetCommand } = await dynamo();
    const Keys = keys.map((target) => ({ target }));
    const wanted = { Keys, ConsistentRead: true, ProjectionExpression: "target, upTo" };
    let RequestItems: Batch = { [table]: wanted };
    for (let requests = REQUESTS; requests > 0; requests--) {
      const { Responses, UnprocessedKeys = {} } = (await client.send(new BatchGetCommand({ RequestItems }), { abortSignal })) as Answer;
      const items = Responses?.[table];
      if (!Array.isArray(items)) break;
      cutoffs.push(...items.map(readCutoff));
      if (Object.keys(UnprocessedKeys).length === 0) return;
      RequestItems = UnprocessedKeys;
    }
    // A key that was not read may be that of a revocation.
    throw new TypeError("The table's answer is not whole.");
  };
  return async (keys) => {
    const cutoffs: Cutoff[] = [];
    return limited((abortSignal) => read(keys, cutoffs, abortSignal)).then(
      () => ({ cutoffs, fault: null }),
      // A copy: work that is late goes on.
      (fault: unknown) => ({ cutoffs: [...cutoffs], fault: fault instanceof Error ? fault : new Error("The table cannot be read.") }),
    );
  };
}

/**
 * One exchange with the table within its time.
 * @throws SallyportError `revocations_unavailable` when time is up; otherwise what the exchange throws
 */
export const limited = <T>(exchange: (abortSignal: AbortSignal) => Promise<T>, timeout = TIMEOUT): Promise<T> =>
  // One that nobody waits for any more would keep its connection, of which the SDK has fifty.
  abortedAfter(exchange, timeout, "revocations_unavailable");

/** What is asked for, by table. */
type Batch = Record<string, { readonly Keys: { readonly target: string }[] }>;

/** Of the table's answer, what is looked at. */
interface Answer {
  readonly Responses?: Readonly<Record<string, unknown>>;
  readonly UnprocessedKeys?: Batch;
}

/** A record that cannot be understood revokes everything it stands for. */
function readCutoff(item: unknown): Cutoff {
  const upTo = isJsonObject(item) ? item["upTo"] : null;
  return { upTo: typeof upTo === "number" ? upTo : null };
}

import { checkCall } from "../config/check-call.ts";
import { checkText, isObject, kindOf } from "../config/check-values.ts";
import type { Report } from "../config/report.ts";
import { seconds } from "../seconds.ts";
import { isJsonObject, type JsonObject, member } from "../json.ts";
import { writeLine } from "../observe/log.ts";
import type { RevocationTable } from "./revocation-table.ts";
import { createRevoker, type RevokerOptions } from "./revoker.ts";
import { TARGET_KINDS, type TargetKind } from "./targets.ts";

export interface UserEventsOptions extends RevokerOptions {
  readonly revocations: RevocationTable;
  /** A user pool's id to the issuer's name in the configuration. */
  readonly pools: Readonly<Record<string, string>>;
  /** Further issuers, by their names in the configuration, that an operator may give orders about. Default none. */
  readonly issuers?: readonly string[];
}

/** What came of an event. */
interface EventResult {
  readonly revoked: boolean;
}

/** The calls to Cognito after which a user's tokens are over, and why that is. */
const REASONS: Readonly<Record<string, string>> = {
  AdminDisableUser: "the user was disabled",
  AdminDeleteUser: "the user was deleted",
  DeleteUser: "the user was deleted",
  AdminUserGlobalSignOut: "signed out by an administrator",
  GlobalSignOut: "signed out everywhere",
  AdminResetUserPassword: "the password was reset",
};

const ORDER = ["issuer", "kind", "value", "by", "why"] as const;

/**
 * A Lambda handler for two kinds of events. From EventBridge, calls that CloudTrail saw at Cognito (`source` `aws.cognito-idp`): a user
 * who was disabled or deleted there is cut off here, up to the second of that call. From an operator:
 * `{"revoke":{"issuer":"…","kind":"subject","value":"…","by":"…","why":"…"}}`. Rejects where it could do nothing with the event, an order about
 * an issuer that it was not told of among them, so that Lambda tries again and then hands it to the function's failure destination.
 */
export function revokeOnUserEvents(options: UserEventsOptions): (event: unknown) => Promise<EventResult> {
  checkCall("revokeOnUserEvents", options, NAMES, (report) => checkPools(options.pools, report));
  const { pools, issuers = [] } = options;
  const revoker = createRevoker(options.revocations, options);
  const names = [...Object.values(pools), ...issuers];
  return async (event) => {
    const order = isJsonObject(event) ? orderOf(event, pools, names) : null;
    if (order === null) {
      writeLine("INFO", "Event ignored", {});
      return { revoked: false };
    }
    const { issuer, kind, value, by, why, upTo } = order;
    await revoker.revoke({ issuer, kind, value }, { by, why }, upTo ?? undefined);
    return { revoked: true };
  };
}

const NAMES = ["revocations", "pools", "issuers", "clock", "audit"];

function checkPools(pools: unknown, report: Report): void {
  if (!isObject(pools)) report.problem("pools", `is ${kindOf(pools)}, not an object.`, 'Write `{ [env("POOL_ID")]: "customers" }`.');
  else for (const [pool, issuer] of Object.entries(pools)) if (checkText(pool, report, "pools")) checkText(issuer, report, "pools");
}

interface Order extends Record<Exclude<(typeof ORDER)[number], "kind">, string> {
  readonly kind: TargetKind;
  /** Seconds since the epoch; null: now. */
  readonly upTo: number | null;
}

/** Null: an event that ends nothing. */
function orderOf(event: JsonObject, pools: UserEventsOptions["pools"], issuers: readonly string[]): Order | null {
  const detail = member(event, "detail");
  if (isJsonObject(detail)) return cognitoOrder(detail, pools);
  const order = member(event, "revoke");
  if (!isJsonObject(order)) throw new TypeError("The event is neither a call that CloudTrail saw nor an operator's order.");
  for (const name of ORDER) requireText(order, name);
  if (!(TARGET_KINDS as readonly unknown[]).includes(order["kind"]))
    throw new TypeError("The order's kind is not one that can be revoked.");
  const { issuer, kind, value, by, why } = order as unknown as Order;
  if (!issuers.includes(issuer)) throw new TypeError("The order's issuer is not one that orders are taken about.");
  // Of a whole issuer there is but one name.
  return { issuer, kind, value: kind === "issuer" ? issuer : value, by, why, upTo: null };
}

/** A call that failed ended nothing. */
function cognitoOrder(detail: JsonObject, pools: UserEventsOptions["pools"]): Order | null {
  const { eventSource, eventName, errorCode = "", eventTime } = detail;
  const why = typeof eventName === "string" && Object.hasOwn(REASONS, eventName) ? REASONS[eventName] : undefined;
  if (eventSource !== "cognito-idp.amazonaws.com" || why === undefined || errorCode !== "") return null;
  const { userPoolId = membersOf(detail, "additionalEventData")["userPoolId"] } = membersOf(detail, "requestParameters");
  const issuer = typeof userPoolId === "string" && Object.hasOwn(pools, userPoolId) ? pools[userPoolId] : undefined;
  if (issuer === undefined) return null;
  const value = requireText(membersOf(detail, "additionalEventData"), "sub");
  const { arn } = membersOf(detail, "userIdentity");
  const at = typeof eventTime === "string" ? Date.parse(eventTime) : Number.NaN;
  const by = typeof arn === "string" ? arn : "unknown";
  return { issuer, kind: "subject", value, by, why, upTo: Number.isNaN(at) ? null : seconds(at) };
}

function membersOf(object: JsonObject, name: string): JsonObject {
  const value = member(object, name);
  return isJsonObject(value) ? value : {};
}

function requireText(object: JsonObject, name: string): string {
  const value = member(object, name);
  if (typeof value !== "string" || value === "") throw new TypeError(`The event does not say \`${name}\`.`);
  return value;
}

import { header, type ApiRequest } from "../http.ts";
import { ORDER_ID } from "./order-id.ts";
import type { NewOrder, PageRequest } from "./orders.ts";

/** One thing wrong with a request. */
export interface FieldError {
  /** The member of the body, the parameter or the header; `body` for the body as a whole. */
  readonly field: string;
  readonly message: string;
}

/** What was asked for, or everything that is wrong with the request. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly errors: readonly FieldError[] };

interface Field {
  readonly required: boolean;
  readonly accepts: (value: unknown) => boolean;
  readonly message: string;
}

const FIELDS: Readonly<Record<keyof NewOrder, Field>> = {
  sku: {
    required: true,
    accepts: (value) => typeof value === "string" && /^[A-Z0-9]+(-[A-Z0-9]+)*$/.test(value) && value.length <= 40,
    message: "must be an article number of at most 40 capital letters, digits and single hyphens",
  },
  quantity: {
    required: true,
    accepts: (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 1000,
    message: "must be a whole number from 1 to 1000",
  },
  note: {
    required: false,
    accepts: (value) => value === null || (typeof value === "string" && value.length <= 280),
    message: "must be a text of at most 280 characters",
  },
};

const MAX_BODY_BYTES = 16_384;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,128}$/;
const MAX_PAGE = 100;

const fail = (field: string, message: string) => ({ ok: false, errors: [{ field, message }] }) as const;

/** Reads the order out of a request's body: strict UTF-8, strict fields, at most 16 kB. Reports every wrong field at once. */
export function parseNewOrder(request: ApiRequest): Parsed<NewOrder> {
  const body = readBody(request);
  if (!body.ok) return body;
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.value);
  } catch {
    return fail("body", "must be JSON");
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return fail("body", "must be a JSON object");
  const members = new Map<string, unknown>(Object.entries(parsed));
  const errors = [...unknownFields(members), ...wrongFields(members)];
  if (errors.length > 0) return { ok: false, errors };
  const value = { sku: members.get("sku"), quantity: members.get("quantity"), note: members.get("note") ?? null };
  return { ok: true, value: value as NewOrder };
}

function unknownFields(members: ReadonlyMap<string, unknown>): FieldError[] {
  const unknown = [...members.keys()].filter((name) => !Object.hasOwn(FIELDS, name));
  return unknown.map((name) => ({ field: name.slice(0, 64), message: "is not a field of an order" }));
}

function wrongFields(members: ReadonlyMap<string, unknown>): FieldError[] {
  return Object.entries(FIELDS).flatMap(([field, { required, accepts, message }]) => {
    if (!members.has(field)) return required ? [{ field, message: "is missing" }] : [];
    return accepts(members.get(field)) ? [] : [{ field, message }];
  });
}

function readBody({ body, isBase64Encoded }: ApiRequest): Parsed<string> {
  if (typeof body !== "string" || body === "") return fail("body", "is missing");
  // Four base64 characters carry three bytes: nothing above the limit is decoded.
  if (body.length > (isBase64Encoded === true ? Math.ceil(MAX_BODY_BYTES / 3) * 4 : MAX_BODY_BYTES)) return tooLarge();
  if (isBase64Encoded === true && !BASE64.test(body)) return fail("body", "must be base64");
  const bytes = Buffer.from(body, isBase64Encoded === true ? "base64" : "utf8");
  if (bytes.length > MAX_BODY_BYTES) return tooLarge();
  try {
    return { ok: true, value: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return fail("body", "must be UTF-8");
  }
}

const tooLarge = () => fail("body", "must not be larger than 16 kB");

/** Reads `Idempotency-Key`: 1 to 128 visible ASCII characters; null when the client sends none. */
export function parseIdempotencyKey(request: ApiRequest): Parsed<string | null> {
  const value = header(request, "idempotency-key");
  if (value === null || IDEMPOTENCY_KEY.test(value)) return { ok: true, value };
  return fail("Idempotency-Key", "must be 1 to 128 visible ASCII characters");
}

/** Reads the order id of the path. */
export function parseOrderId(request: ApiRequest): Parsed<string> {
  const id = request.pathParameters?.["id"];
  return id !== undefined && ORDER_ID.test(id) ? { ok: true, value: id } : fail("id", "must be 32 lower-case hexadecimal digits");
}

/** Reads `?limit=` (1 to 100, default 50) and `?after=` (the `next` of the page before). */
export function parsePage(request: ApiRequest): Parsed<PageRequest> {
  const { limit = "50", after = null } = request.queryStringParameters ?? {};
  if (!/^[1-9][0-9]{0,2}$/.test(limit) || Number(limit) > MAX_PAGE) return fail("limit", `must be a whole number from 1 to ${MAX_PAGE}`);
  if (after !== null && !ORDER_ID.test(after)) return fail("after", "must be the `next` of the page before");
  return { ok: true, value: { limit: Number(limit), after } };
}

import { SallyportError } from "../errors.ts";
import { isCompactJws, MAX_TOKEN_LENGTH } from "../token/decode.ts";

/** In any case, and with exactly one space. */
const SCHEME = "bearer ";
/** The characters RFC 6750 section 2.1 gives a token. */
const TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;

/** Headers as API Gateway hands them over: one value each, and on REST and WebSocket APIs every value beside it. */
export interface HeaderSource {
  readonly headers?: Readonly<Record<string, string | undefined>> | null | undefined;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[] | undefined>> | null | undefined;
}

/** Query parameters, in the same two forms. */
export interface QuerySource {
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>> | null | undefined;
  readonly multiValueQueryStringParameters?: Readonly<Record<string, readonly string[] | undefined>> | null | undefined;
}

/**
 * The token of an Authorization header's value.
 * @throws SallyportError `credential_missing`, `credential_too_large`, `credential_malformed`
 */
export function readBearer(value: unknown): string {
  if (value === undefined || value === null || value === "") throw new SallyportError("credential_missing");
  if (typeof value !== "string") throw new SallyportError("credential_malformed");
  if (value.length > MAX_TOKEN_LENGTH + SCHEME.length) throw new SallyportError("credential_too_large");
  const token = value.slice(SCHEME.length);
  const isToken = isCompactJws(token) || TOKEN.test(token);
  if (value.slice(0, SCHEME.length).toLowerCase() !== SCHEME || !isToken) throw new SallyportError("credential_malformed");
  return token;
}

/**
 * Every value of a header, whatever the case of its name. The two forms must tell the same story: one proxy's first value is
 * another's last.
 * @throws SallyportError `credential_ambiguous`
 */
export function headerValues({ headers, multiValueHeaders }: HeaderSource, name: string): readonly string[] {
  const single = valuesOf(headers, name);
  if (multiValueHeaders === undefined || multiValueHeaders === null) return single;
  const multiple = valuesOf(multiValueHeaders, name).flat();
  if (multiple.length === 0) return single;
  if (single.length > 1 || (single.length === 1 && multiple.at(-1) !== single[0])) throw new SallyportError("credential_ambiguous");
  return multiple;
}

function valuesOf<V>(source: Readonly<Record<string, V | undefined>> | null | undefined, name: string): V[] {
  const found: V[] = [];
  if (typeof source !== "object" || source === null) return found;
  for (const key of Object.keys(source)) {
    if (key.length !== name.length || key.toLowerCase() !== name) continue;
    const value = source[key];
    if (value !== undefined) found.push(value);
  }
  return found;
}

/** Every value of a query parameter; names are case-sensitive. */
export function queryValues({ queryStringParameters, multiValueQueryStringParameters }: QuerySource, name: string): readonly string[] {
  const multiple = ownValue(multiValueQueryStringParameters, name);
  const single = ownValue(queryStringParameters, name);
  return multiple ?? (single === undefined ? [] : [single]);
}

function ownValue<V>(source: Readonly<Record<string, V | undefined>> | null | undefined, name: string): V | undefined {
  return source !== null && source !== undefined && Object.hasOwn(source, name) ? source[name] : undefined;
}

/**
 * The one value there is. Two are refused even when they are equal: which of them API Gateway cached by is not ours to guess.
 * @throws SallyportError `credential_missing`, `credential_ambiguous`
 */
export function onlyOne(values: readonly string[]): string {
  const [value] = values;
  if (value === undefined) throw new SallyportError("credential_missing");
  if (values.length > 1) throw new SallyportError("credential_ambiguous");
  return value;
}

/**
 * The token of a request that may carry it in the Authorization header only. A token in the query beside it makes the request
 * ambiguous (RFC 6750 section 2); alone it counts as none.
 * @throws SallyportError
 */
export function readRequestCredential(event: HeaderSource & QuerySource): string {
  return readAuthorization(headerValues(event, "authorization"), event);
}

/** The same for the Authorization header's values, where they are known already. @throws SallyportError */
export function readAuthorization(values: readonly string[], event: QuerySource): string {
  const value = onlyOne(values);
  if (queryValues(event, "access_token").length > 0) throw new SallyportError("credential_ambiguous");
  return readBearer(value);
}

import type { ApiType, TestResponse } from "./types.ts";

/** Headers that REST renames in what a function returns. */
const REMAPPED = new Set(["www-authenticate", "server"]);

/** What the caller sees of a function's answer; null where API Gateway cannot read it. */
export function integrationResponse(api: ApiType, result: unknown): TestResponse | null {
  if (!isRecord(result) || !("statusCode" in result)) return api === "rest" ? null : inferred(result);
  const status = Number(result["statusCode"]);
  const body = result["body"] ?? "";
  if (!Number.isInteger(status) || typeof body !== "string") return null;
  const text = result["isBase64Encoded"] === true ? Buffer.from(body, "base64").toString("utf8") : body;
  return { status, headers: headersOf(api, result), body: text };
}

/** Without a status, HTTP APIs take what was returned as the body. */
function inferred(result: unknown): TestResponse {
  const headers = { "content-type": "application/json" };
  return { status: 200, headers, body: typeof result === "string" ? result : JSON.stringify(result ?? null) };
}

function headersOf(api: ApiType, result: Record<string, unknown>): Record<string, string> {
  const headers: Record<string, string> = {};
  const single = isRecord(result["headers"]) ? result["headers"] : {};
  const multiple = api === "rest" && isRecord(result["multiValueHeaders"]) ? result["multiValueHeaders"] : {};
  for (const [name, value] of [...Object.entries(single), ...Object.entries(multiple)]) {
    const lower = name.toLowerCase();
    const given = api === "rest" && REMAPPED.has(lower) ? `x-amzn-remapped-${lower}` : lower;
    headers[given] = Array.isArray(value) ? value.join(", ") : String(value);
  }
  if (api === "http" && Array.isArray(result["cookies"])) headers["set-cookie"] = result["cookies"].join(", ");
  return headers;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

import { expect, it } from "vitest";
import type { ReasonCode } from "../../src/errors.ts";
import { problem, refusal } from "../../src/guard/problem.ts";

const HEADERS = { "content-type": "application/problem+json", "cache-control": "no-store" };

it("a problem is a document that nobody keeps", () => {
  const errors = [{ field: "name", message: "is missing" }];
  const { body, ...rest } = problem(400, { title: "Bad Request", errors }, { "retry-after": "1" });
  expect(rest).toEqual({ statusCode: 400, headers: { ...HEADERS, "retry-after": "1" } });
  expect(JSON.parse(body)).toEqual({ type: "about:blank", status: 400, title: "Bad Request", errors });
});

it.each<[ReasonCode, number, string]>([
  ["credential_missing", 401, "Unauthorized"],
  ["rule_denied", 403, "Forbidden"],
  ["internal_error", 500, "Internal Server Error"],
  ["keys_unavailable", 503, "Service Unavailable"],
])("the refusal %s is a %i that says no more than its title", (code, statusCode, title) => {
  const answer = refusal(code);
  expect(answer.statusCode).toBe(statusCode);
  expect(JSON.parse(answer.body)).toEqual({ type: "about:blank", status: statusCode, title });
  expect(Object.hasOwn(answer.headers, "www-authenticate")).toBe(statusCode < 500);
});

it("a refusal says the request's id and where the API describes itself, where they are known", () => {
  const { body, headers } = refusal("credential_missing", {}, { correlationId: "r-1", resourceMetadata: "https://api.example/meta" });
  expect(JSON.parse(body)).toMatchObject({ correlationId: "r-1" });
  expect(headers).toEqual({ ...HEADERS, "www-authenticate": 'Bearer resource_metadata="https://api.example/meta"' });
});

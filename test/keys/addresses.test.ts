import { expect, it } from "vitest";
import { mayPointTo } from "../../src/keys/addresses.ts";

it.each([
  ["https://id.example/", "https://keys.example/", true],
  ["https://id.example/", "http://keys.example/", false],
  ["https://id.example/", "http://id.example/", false],
  ["https://id.example/", "https://127.0.0.1/", false],
  ["http://127.0.0.1/", "http://localhost/", true],
  ["http://127.0.0.1/", "https://id.example/", true],
  ["http://127.0.0.1/", "http://id.example/", false],
  ["http://127.0.0.1/", "file:///etc/keys", false],
  ["https://10.0.0.1/", "https://10.0.0.1/", true],
  ["https://10.0.0.1/", "https://10.0.0.2/", false],
  ["nowhere", "https://id.example/", false],
])("a document at %s may point to %s: %s", (from, to, expected) => {
  expect(mayPointTo(from, to)).toBe(expected);
});

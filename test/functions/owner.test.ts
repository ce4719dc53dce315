import { expect, it } from "vitest";
import { ownerOf } from "../../functions/orders/owner.ts";
import type { Principal } from "../../src/principal/principal.ts";

const principal = (issuer: string, subject: string, tenant: string | null) => ({ id: `${issuer}|${subject}`, issuer, tenant }) as Principal;

it("people of one tenant share their orders, and nobody else does", () => {
  const alice = ownerOf(principal("shops", "alice", "lantern"));
  expect(ownerOf(principal("shops", "bob", "lantern"))).toBe(alice);
  expect(ownerOf(principal("shops", "bob", "other"))).not.toBe(alice);
  expect(ownerOf(principal("shops", "bob", null))).not.toBe(alice);
});

it("one tenant name at two issuers is two owners", () => {
  expect(ownerOf(principal("shops", "alice", "lantern"))).not.toBe(ownerOf(principal("partners", "alice", "lantern")));
});

it("without a tenant everybody owns their own, and nobody can pass for a tenant", () => {
  expect(ownerOf(principal("shops", "alice", null))).not.toBe(ownerOf(principal("shops", "bob", null)));
  expect(ownerOf(principal("shops", "lantern", null))).not.toBe(ownerOf(principal("shops", "alice", "lantern")));
});

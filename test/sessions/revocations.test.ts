import { randomUUID } from "node:crypto";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SallyportError } from "../../src/index.ts";
import type { Proof } from "../../src/principal/proof.ts";
import { revocationTable, type RevocationTableOptions } from "../../src/sessions/revocation-table.ts";
import type { OnUnavailable, Revocations } from "../../src/sessions/revocations.ts";
import { type AuditEntry, createRevoker } from "../../src/sessions/revoker.ts";
import { keyOf, type Target } from "../../src/sessions/targets.ts";
import { problemsIn } from "../config/problems.ts";
import { makeClock, NOW_SECONDS, proofOf, startTable, TABLE, watched } from "./kit.ts";

const CAUSE = { by: "operator", why: "lost phone" };

let database: Awaited<ReturnType<typeof startTable>>;
beforeAll(async () => void (database = await startTable()));
afterAll(async () => database.stop());

function make(options: Partial<RevocationTableOptions> = {}) {
  const clock = makeClock();
  const client = watched(database.client);
  const outcomes: OnUnavailable[] = [];
  const audited: AuditEntry[] = [];
  const table = revocationTable({ table: TABLE, onUnavailable: "deny", client, ...options });
  const open = () => table.open({ clock, unavailable: (outcome) => void outcomes.push(outcome) });
  const revoker = createRevoker(table, { clock, audit: (entry) => void audited.push(entry) });
  return { clock, client, outcomes, audited, table, open, revoker };
}

async function verdict(revocations: Revocations, proof: Proof): Promise<string> {
  return revocations.check(proof).then(
    () => "passes",
    (error: unknown) => (error instanceof SallyportError ? error.code : String(error)),
  );
}

describe("what a revocation reaches", () => {
  const TARGETS = (who: string): Record<string, Target> => ({
    session: { issuer: "shop", kind: "session", value: `session-of-${who}` },
    token: { issuer: "shop", kind: "token", value: `token-of-${who}` },
    subject: { issuer: "shop", kind: "subject", value: who },
    client: { issuer: "shop", kind: "client", value: `client-of-${who}` },
  });

  it.each(["session", "token", "subject", "client"])("by %s: that one's tokens, and nobody else's", async (kind) => {
    const { open, revoker } = make();
    const [alice, bob] = [`alice-${randomUUID()}`, `bob-${randomUUID()}`];
    const proofs = [alice, bob].map((who) => proofOf(who, { clientId: `client-of-${who}` }));
    expect(await Promise.all(proofs.map((proof) => verdict(open(), proof)))).toEqual(["passes", "passes"]);
    await revoker.revoke(TARGETS(alice)[kind] as Target, CAUSE);
    expect(await Promise.all(proofs.map((proof) => verdict(open(), proof)))).toEqual(["revoked", "passes"]);
  });

  it("by issuer: every token it issued until then, and none of another issuer", async () => {
    const { open, revoker } = make();
    const [issuer, other] = [`a${randomUUID()}`, `a${randomUUID()}`];
    await revoker.revoke({ issuer, kind: "issuer", value: issuer }, CAUSE);
    expect(await verdict(open(), proofOf("alice", { issuer }))).toBe("revoked");
    expect(await verdict(open(), proofOf("alice", { issuer, issuedAt: NOW_SECONDS + 1 }))).toBe("passes");
    expect(await verdict(open(), proofOf("alice", { issuer: other }))).toBe("passes");
  });

  it("the same id at another issuer, or as another kind of id, is not meant", async () => {
    const { open, revoker } = make();
    const id = randomUUID();
    await revoker.revoke({ issuer: "pool", kind: "subject", value: id }, CAUSE);
    await revoker.revoke({ issuer: "shop", kind: "session", value: id }, CAUSE);
    expect(await verdict(open(), proofOf(id, { session: "other", clientId: id, tokenId: id }))).toBe("passes");
  });

  it.each([
    ["a second before", NOW_SECONDS - 1, "revoked"],
    ["the very second", NOW_SECONDS, "revoked"],
    ["a fraction of that second", NOW_SECONDS + 0.5, "revoked"],
    ["the second after", NOW_SECONDS + 1, "passes"],
    ["nobody knows when", null, "revoked"],
  ])("a subject is cut off at a second: issued %s", async (_when, issuedAt, expected) => {
    const { open, revoker } = make();
    const subject = randomUUID();
    await revoker.revoke({ issuer: "shop", kind: "subject", value: subject }, CAUSE);
    expect(await verdict(open(), proofOf(subject, { issuedAt }))).toBe(expected);
  });

  it("an earlier cut-off does not take a later one back", async () => {
    const { open, revoker } = make();
    const target = { issuer: "shop", kind: "subject", value: randomUUID() } as const;
    await revoker.revoke(target, CAUSE, NOW_SECONDS);
    await revoker.revoke(target, CAUSE, NOW_SECONDS - 3_600);
    expect(await verdict(open(), proofOf(target.value, { issuedAt: NOW_SECONDS - 10 }))).toBe("revoked");
  });

  it("a token without session, token id and client is still read by its subject", async () => {
    const { open, revoker } = make();
    const subject = randomUUID();
    await revoker.revoke({ issuer: "shop", kind: "subject", value: subject }, CAUSE);
    const bare = proofOf(subject, { tokenId: null, session: null, clientId: null });
    expect(await verdict(open(), bare)).toBe("revoked");
  });

  it("what was revoked can be taken back, by target or by key, once", async () => {
    const { open, revoker } = make();
    const target = { issuer: "shop", kind: "session", value: randomUUID() } as const;
    const proof = proofOf("alice", { session: target.value });
    for (const back of [target, keyOf(target)]) {
      await revoker.revoke(target, CAUSE);
      expect(await verdict(open(), proof)).toBe("revoked");
      expect(await revoker.undo(back, CAUSE)).toBe(true);
      expect(await revoker.undo(back, CAUSE)).toBe(false);
      expect(await verdict(open(), proof)).toBe("passes");
    }
  });
});

describe("the remembered moment", () => {
  it("one batched, consistent read for each principal, used again for five seconds and not a millisecond longer", async () => {
    const { open, client, clock, revoker } = make();
    const subject = randomUUID();
    const proof = proofOf(subject);
    const revocations = open();
    expect(await verdict(revocations, proof)).toBe("passes");
    await revoker.revoke({ issuer: "shop", kind: "subject", value: subject }, CAUSE);
    clock.forward(4_999);
    expect(await verdict(revocations, proof)).toBe("passes");
    expect(client.sent).toEqual(["BatchGetCommand", "UpdateCommand"]);
    expect(await verdict(open(), proof)).toBe("revoked");
    clock.forward(1);
    expect(await verdict(revocations, proof)).toBe("revoked");
    expect(await verdict(revocations, proofOf(randomUUID()))).toBe("passes");
    expect(client.sent).toEqual(["BatchGetCommand", "UpdateCommand", "BatchGetCommand", "BatchGetCommand", "BatchGetCommand"]);
  });

  it("of the very same proof is remembered no longer, either", async () => {
    const { open, client, clock, revoker } = make();
    const proof = proofOf(randomUUID());
    const revocations = open();
    await revocations.check(proof);
    await revoker.revoke({ issuer: "shop", kind: "subject", value: proof.principal.subject }, CAUSE);
    clock.forward(4_999);
    expect(await verdict(revocations, proof)).toBe("passes");
    clock.forward(1);
    expect(await verdict(revocations, proof)).toBe("revoked");
    expect(client.sent.filter((name) => name === "BatchGetCommand")).toHaveLength(2);
  });

  it("asks every time when nothing is to be remembered", async () => {
    const { open, client } = make({ remember: "0s" });
    const revocations = open();
    for (const _ of [1, 2, 3]) await revocations.check(proofOf("alice"));
    expect(client.sent).toHaveLength(3);
  });

  it("a clock that is set back does not make an answer last longer", async () => {
    const { open, client, clock } = make();
    const revocations = open();
    await revocations.check(proofOf("alice"));
    clock.forward(-60_000);
    await revocations.check(proofOf("alice"));
    expect(client.sent).toHaveLength(2);
  });

  it("holds a bounded number of answers, and lets the oldest go", async () => {
    let readings = 0;
    const send = async () => (readings++, { Responses: { [TABLE]: [] } });
    const { open } = make({ remember: "1h", client: { send } });
    const revocations = open();
    for (let index = 0; index < 1_001; index++) await revocations.check(proofOf(`user-${index}`));
    await revocations.check(proofOf("user-1000"));
    expect(readings).toBe(1_001);
    await revocations.check(proofOf("user-0"));
    expect(readings).toBe(1_002);
  });

  it("requests of one principal at the same time ask once", async () => {
    const { open, client } = make();
    const revocations = open();
    await Promise.all([1, 2, 3].map(() => revocations.check(proofOf("alice"))));
    expect(client.sent).toHaveLength(1);
  });

  it("remembers by token: another token of the same session is another question", async () => {
    const { open, revoker } = make();
    const revocations = open();
    const [first, second] = [randomUUID(), randomUUID()];
    await revoker.revoke({ issuer: "shop", kind: "token", value: second }, CAUSE);
    expect(await verdict(revocations, proofOf("alice", { tokenId: first }))).toBe("passes");
    expect(await verdict(revocations, proofOf("alice", { tokenId: second }))).toBe("revoked");
  });

  it("the reading is strongly consistent and asks for nothing in clear", async () => {
    let sent = "";
    const send = async (command: object) => {
      sent = JSON.stringify((command as { readonly input: object }).input);
      return { Responses: { [TABLE]: [] } };
    };
    const { open } = make({ client: { send } });
    await open().check(proofOf("alice-in-clear"));
    expect(JSON.parse(sent)).toMatchObject({ RequestItems: { [TABLE]: { ConsistentRead: true } } });
    expect(sent).not.toContain("alice");
  });
});

describe("a table that cannot be read", () => {
  const FAULTS: Record<string, () => Promise<unknown>> = {
    "is down": () => Promise.reject(new Error("down")),
    "answers nothing": async () => ({}),
    "leaves keys unread": async () => ({ Responses: { [TABLE]: [] }, UnprocessedKeys: { [TABLE]: { Keys: [{}] } } }),
  };

  it.each(Object.entries(FAULTS))("that %s denies or allows, as configured, and is reported each time", async (_fault, send) => {
    const denying = make({ client: { send } });
    expect(await verdict(denying.open(), proofOf("alice"))).toBe("revocations_unavailable");
    expect(denying.outcomes).toEqual(["deny"]);
    const allowing = make({ client: { send }, onUnavailable: "allow" });
    expect(await verdict(allowing.open(), proofOf("alice"))).toBe("passes");
    expect(allowing.outcomes).toEqual(["allow"]);
  });

  it("is asked again at the next request, and what it then says counts", async () => {
    const { open, client, revoker } = make({ onUnavailable: "allow" });
    const target = { issuer: "shop", kind: "session", value: randomUUID() } as const;
    const proof = proofOf("alice", { session: target.value });
    await revoker.revoke(target, CAUSE);
    const revocations = open();
    client.down = true;
    expect(await verdict(revocations, proof)).toBe("passes");
    client.down = false;
    expect(await verdict(revocations, proof)).toBe("revoked");
  });

  it("is not remembered for requests that waited for the same answer, either", async () => {
    const { open, client } = make();
    const revocations = open();
    const proofs = [proofOf("waiting"), proofOf("waiting")];
    client.down = true;
    const verdicts = async () => Promise.all(proofs.map((proof) => verdict(revocations, proof)));
    expect(await verdicts()).toEqual(["revocations_unavailable", "revocations_unavailable"]);
    expect(client.sent).toHaveLength(1);
    client.down = false;
    expect(await verdicts()).toEqual(["passes", "passes"]);
  });

  it("holds a record nobody understands: it revokes", async () => {
    const { open } = make({ client: { send: async () => ({ Responses: { [TABLE]: [{ target: "?", upTo: "soon" }] } }) } });
    expect(await verdict(open(), proofOf("alice"))).toBe("revoked");
  });

  it("may fail a write once", async () => {
    let failures = 1;
    const send = async (command: object) => (failures-- > 0 ? Promise.reject(new Error("throttled")) : database.client.send(command));
    const { open, revoker } = make({ client: { send } });
    const target = { issuer: "shop", kind: "session", value: randomUUID() } as const;
    await revoker.revoke(target, CAUSE);
    expect(await verdict(open(), proofOf("alice", { session: target.value }))).toBe("revoked");
  });

  it("fails a write, which says so", async () => {
    const { client, revoker, audited } = make();
    client.down = true;
    await expect(revoker.revoke({ issuer: "shop", kind: "subject", value: "x" }, CAUSE)).rejects.toThrow("down");
    expect(audited).toMatchObject([{ message: "Revoked", outcome: "unknown", issuer: "shop", kind: "subject" }]);
  });

  it("fails an undoing, which says so", async () => {
    const { client, revoker, audited } = make();
    client.down = true;
    await expect(revoker.undo({ issuer: "shop", kind: "subject", value: "x" }, CAUSE)).rejects.toThrow("down");
    expect(audited).toMatchObject([{ message: "Revocation undone", outcome: "unknown", issuer: "shop", kind: "subject" }]);
  });
});

describe("records", () => {
  it("say who, why and when, live as long as any token, and hold no id in clear", async () => {
    const { client, clock, revoker } = make();
    const target = { issuer: "shop", kind: "subject", value: "alice@clear.example" } as const;
    await revoker.revoke(target, { by: "operator\nfake line", why: "x".repeat(1_000) });
    clock.forward(1_000);
    const { Item } = (await client.send(new GetCommand({ TableName: TABLE, Key: { target: keyOf(target) } }))) as { Item: object };
    const times = { at: NOW_SECONDS, upTo: NOW_SECONDS, removeAt: NOW_SECONDS + 31 * 86_400 };
    expect(Item).toEqual({
      target: keyOf(target),
      issuer: "shop",
      kind: "subject",
      by: "operator fake line",
      why: "x".repeat(256),
      ...times,
    });
    expect(JSON.stringify(Item)).not.toContain("alice");
  });

  it("are listed while they stand, page by page", async () => {
    const { clock, revoker } = make({ keep: "1h" });
    const values = [randomUUID(), randomUUID()];
    for (const value of values) await revoker.revoke({ issuer: "listed", kind: "token", value }, CAUSE);
    const listed = async () => {
      const targets: string[] = [];
      for await (const { issuer, target } of revoker.list()) if (issuer === "listed") targets.push(target);
      return targets;
    };
    expect((await listed()).toSorted()).toEqual(values.map((value) => keyOf({ issuer: "listed", kind: "token", value })).toSorted());
    clock.forward(3_600_000);
    expect(await listed()).toEqual([]);
  });

  it("every write leaves an audit line: who, what, why", async () => {
    const { revoker, audited } = make();
    const target = { issuer: "shop", kind: "client", value: randomUUID() } as const;
    await revoker.revoke(target, CAUSE);
    await revoker.undo(target, { by: "operator", why: "found it" });
    const about = { issuer: "shop", kind: "client", target: keyOf(target), upTo: NOW_SECONDS, by: "operator" };
    expect(audited).toEqual([
      { message: "Revoked", outcome: "done", ...about, why: "lost phone" },
      { message: "Revocation undone", outcome: "done", ...about, why: "found it" },
    ]);
  });

  it("so does an undoing that finds nothing: one whose answer was lost may have done it", async () => {
    const { revoker, audited } = make();
    const target = { issuer: "shop", kind: "client", value: randomUUID() } as const;
    expect(await revoker.undo(target, CAUSE)).toBe(false);
    expect(audited).toEqual([
      { message: "Revocation undone", outcome: "absent", issuer: "shop", kind: "client", target: keyOf(target), upTo: null, ...CAUSE },
    ]);
  });

  it.each(["session", "token", "subject", "client"] as const)("no %s is a token", async (kind) => {
    const { revoker, audited } = make();
    const revoking = revoker.revoke({ issuer: "shop", kind, value: "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln" }, CAUSE);
    await expect(revoking).rejects.toThrow(new TypeError(`The ${kind} to revoke is a token and not an id.`));
    expect(audited).toEqual([]);
  });

  it("no token is kept in them, nor in their lines, whole or cut short", async () => {
    const { client, revoker, audited } = make();
    const target = { issuer: "shop", kind: "subject", value: randomUUID() } as const;
    await revoker.revoke(target, { by: "eyJhbGciOiJub25lIn0.eyJhIjoxfQ.", why: "leaked: eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0 (twice)" });
    const { Item } = (await client.send(new GetCommand({ TableName: TABLE, Key: { target: keyOf(target) } }))) as { Item: object };
    expect(Item).toMatchObject({ by: "(a token)", why: "leaked: (a token) (twice)" });
    expect(audited).toMatchObject([{ by: "(a token)", why: "leaked: (a token) (twice)" }]);
  });

  it.each(["", "x", "shop#logout#", "shop#subject#short"])("what is not the key of one is not undone: %s", async (key) => {
    const { client, revoker, audited } = make();
    client.down = true;
    await expect(revoker.undo(key, CAUSE)).rejects.toThrow(new TypeError("This is not the key of a revocation."));
    expect(audited).toEqual([]);
  });
});

describe("the settings", () => {
  const problems = (options: object) =>
    problemsIn(() => revocationTable(options as RevocationTableOptions).open({ clock: Date.now })).map(({ path }) => path);

  it("onUnavailable has no default", () => expect(problems({ table: TABLE })).toEqual(["revocations.onUnavailable"]));
  it("a table is needed", () => expect(problems({ onUnavailable: "deny" })).toEqual(["revocations.table"]));
  it.each([
    [{ onUnavailable: "ignore" }, "onUnavailable"],
    [{ remember: "5" }, "remember"],
    [{ keep: "for ever" }, "keep"],
    [{ rember: "5s" }, "rember"],
  ])("%j is a mistake", (wrong, path) => {
    expect(problems({ table: TABLE, onUnavailable: "deny", ...wrong })).toEqual([`revocations.${path}`]);
  });
});

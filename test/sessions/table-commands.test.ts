import { afterEach, describe, expect, it, vi } from "vitest";
import type { Proof } from "../../src/principal/proof.ts";
import { revocationTable, type RevocationTableOptions } from "../../src/sessions/revocation-table.ts";
import { createRevoker, isConditionFailed } from "../../src/sessions/revoker.ts";
import { isFinal, keyOf, TARGET_KINDS, targetsOf } from "../../src/sessions/targets.ts";
import { makeClock, NOW, NOW_SECONDS, proofOf, TABLE } from "./kit.ts";
import { spyOnStdout } from "../observe/stdout.ts";

const CAUSE = { by: "operator", why: "test" };
const SESSION = { issuer: "shop", kind: "session", value: "s" } as const;
const SUBJECT = { issuer: "shop", kind: "subject", value: "u" } as const;

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

type Input = Readonly<Record<string, unknown>>;

/** A table whose client keeps what it was sent and answers as it is told. */
function make(answer: (call: number) => unknown = () => ({}), options: Partial<RevocationTableOptions> = {}) {
  const sent: [name: string, input: Input][] = [];
  const send = async (command: object) => {
    sent.push([command.constructor.name, (command as { readonly input: Input }).input]);
    return answer(sent.length);
  };
  const table = revocationTable({ table: TABLE, onUnavailable: "deny", client: { send }, ...options });
  return { sent, table, revoker: createRevoker(table, { clock: makeClock(), audit: () => {} }) };
}

/** A table that answers no request before it is ended; the signals of those that came. */
function makeHanging() {
  const hung: AbortSignal[] = [];
  const send = (_command: object, options?: { readonly abortSignal: AbortSignal }) =>
    new Promise<never>((_resolve, reject) => {
      if (options === undefined) return;
      hung.push(options.abortSignal);
      options.abortSignal.addEventListener("abort", () => reject(failing("AbortError")));
    });
  return { hung, table: revocationTable({ table: TABLE, onUnavailable: "deny", client: { send } }) };
}

const failing = (name: string) => Object.assign(new Error("no"), { name });

describe("a revocation", () => {
  it("of a session is written for good: no moment, and a life of 31 days from now", async () => {
    const { sent, revoker } = make();
    await revoker.revoke(SESSION, CAUSE);
    expect(sent).toEqual([
      [
        "UpdateCommand",
        {
          TableName: TABLE,
          Key: { target: keyOf(SESSION) },
          UpdateExpression: "SET #issuer = :issuer, #kind = :kind, #by = :by, #why = :why, #at = :at, #removeAt = :removeAt",
          ConditionExpression: "attribute_not_exists(target) OR #removeAt < :removeAt",
          ExpressionAttributeNames: {
            "#issuer": "issuer",
            "#kind": "kind",
            "#by": "by",
            "#why": "why",
            "#at": "at",
            "#removeAt": "removeAt",
          },
          ExpressionAttributeValues: {
            ":issuer": "shop",
            ":kind": "session",
            ":by": "operator",
            ":why": "test",
            ":at": NOW_SECONDS,
            ":removeAt": NOW_SECONDS + 31 * 86_400,
          },
        },
      ],
    ]);
  });

  it("of a subject is written up to a second, from which its life is counted, and never takes a later one back", async () => {
    const { sent, revoker } = make(() => ({}), { keep: "1h" });
    await revoker.revoke(SUBJECT, CAUSE, NOW_SECONDS - 100);
    const [[, input] = []] = sent;
    expect(input?.["ConditionExpression"]).toBe("attribute_not_exists(target) OR #upTo < :upTo");
    expect(input?.["ExpressionAttributeValues"]).toMatchObject({ ":upTo": NOW_SECONDS - 100, ":removeAt": NOW_SECONDS - 100 + 3_600 });
  });

  it("that finds a later one is done, at the first attempt", async () => {
    const { sent, revoker } = make(() => Promise.reject(failing("ConditionalCheckFailedException")));
    await revoker.revoke(SESSION, CAUSE);
    expect(sent).toHaveLength(1);
  });

  it("is tried twice and no more", async () => {
    const { sent, revoker } = make(() => Promise.reject(failing("ThrottlingException")));
    await expect(revoker.revoke(SESSION, CAUSE)).rejects.toThrow("no");
    expect(sent).toHaveLength(2);
  });

  it.each([
    [failing("ConditionalCheckFailedException"), true],
    [failing("Error"), false],
    [{ name: "ConditionalCheckFailedException" }, false],
    [null, false],
  ])("tells a condition that failed from other failures: case %#", (error, expected) => expect(isConditionFailed(error)).toBe(expected));

  it("that takes two seconds is given up, and so is its undoing: no second attempt, a line that says so, and the request is ended", async () => {
    vi.useFakeTimers();
    const { hung, table } = makeHanging();
    const audited: unknown[] = [];
    const revoker = createRevoker(table, { clock: makeClock(), audit: (entry) => void audited.push(entry) });
    for (const work of [() => revoker.revoke(SESSION, CAUSE), () => revoker.undo(SESSION, CAUSE)]) {
      hung.length = 0;
      const began = Date.now();
      const outcome = work().catch((error: unknown) => error);
      await vi.waitFor(() => expect(hung).toHaveLength(1));
      await vi.advanceTimersByTimeAsync(began + 1_999 - Date.now());
      expect(hung.map(({ aborted }) => aborted)).toEqual([false]);
      await vi.advanceTimersByTimeAsync(1);
      expect(await outcome).toMatchObject({ code: "revocations_unavailable" });
      expect(hung.map(({ aborted }) => aborted)).toEqual([true]);
    }
    expect(audited).toMatchObject([
      { message: "Revoked", outcome: "unknown" },
      { message: "Revocation undone", outcome: "unknown" },
    ]);
  });

  it("may take as long as whoever makes the revoker says", async () => {
    vi.useFakeTimers();
    const { hung, table } = makeHanging();
    const began = Date.now();
    const outcome = createRevoker(table, {}, 60_000)
      .revoke(SESSION, CAUSE)
      .catch((error: unknown) => error);
    await vi.waitFor(() => expect(hung).toHaveLength(1));
    await vi.advanceTimersByTimeAsync(began + 59_999 - Date.now());
    expect(hung[0]?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await outcome).toMatchObject({ code: "revocations_unavailable" });
  });

  it("leaves its line on stdout, where nobody else takes it, with runs of control characters as one space", async () => {
    const lines: string[] = [];
    spyOnStdout((line) => void lines.push(line));
    const { table } = make();
    await createRevoker(table, { clock: makeClock() }).revoke(SUBJECT, { by: "a\r\n\tb", why: "c\u0000d" });
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      level: "INFO",
      message: "Revoked",
      service: "sallyport",
      audit: true,
      issuer: "shop",
      kind: "subject",
      target: keyOf(SUBJECT),
      by: "a b",
      why: "c d",
      upTo: NOW_SECONDS,
    });
  });

  it("counts from the clock of the function, unless another is given", async () => {
    vi.useFakeTimers({ now: NOW + 5_000, toFake: ["Date"] });
    const { sent, table } = make();
    await createRevoker(table, { audit: () => {} }).revoke(SUBJECT, CAUSE);
    expect(sent[0]?.[1]["ExpressionAttributeValues"]).toMatchObject({ ":upTo": NOW_SECONDS + 5 });
  });
});

describe("undoing", () => {
  it("deletes by key, and answers by what was there", async () => {
    const { sent, revoker } = make((call) => (call === 1 ? { Attributes: { issuer: "shop", kind: "session" } } : {}));
    const other = keyOf({ ...SESSION, value: "another" });
    expect([await revoker.undo(SESSION, CAUSE), await revoker.undo(other, CAUSE)]).toEqual([true, false]);
    expect(sent).toEqual([
      ["DeleteCommand", { TableName: TABLE, Key: { target: keyOf(SESSION) }, ReturnValues: "ALL_OLD" }],
      ["DeleteCommand", { TableName: TABLE, Key: { target: other }, ReturnValues: "ALL_OLD" }],
    ]);
  });
});

describe("the list", () => {
  it("goes through every page, leaves out what is over, and says null where there is no moment", async () => {
    const record = (target: string, removeAt: number, more = {}) => ({ target, issuer: "shop", kind: "session", removeAt, ...more });
    const pages = [
      { Items: [record("a", NOW_SECONDS + 1), record("b", NOW_SECONDS)], LastEvaluatedKey: { target: "b" } },
      { LastEvaluatedKey: { target: "c" } },
      { Items: [record("d", NOW_SECONDS + 9, { upTo: 5 })] },
    ];
    const { sent, revoker } = make((call) => pages[call - 1]);
    const found = [];
    for await (const { target, upTo } of revoker.list()) found.push([target, upTo]);
    expect(found).toEqual([
      ["a", null],
      ["d", 5],
    ]);
    const page = { TableName: TABLE, ConsistentRead: true, FilterExpression: "attribute_exists(kind)" };
    expect(sent).toStrictEqual([
      ["ScanCommand", page],
      ["ScanCommand", { ...page, ExclusiveStartKey: { target: "b" } }],
      ["ScanCommand", { ...page, ExclusiveStartKey: { target: "c" } }],
    ]);
  });
});

describe("a reading", () => {
  const check = async (answer: unknown, proof: Proof = proofOf("una")) => {
    const { sent, table } = make(() => answer);
    const verdict = await table
      .open({ clock: makeClock() })
      .check(proof)
      .then(
        () => "passes",
        (error: { code: string; cause?: Error }) => [error.code, error.cause?.message],
      );
    return { sent, verdict };
  };

  it("asks for everything that could have been revoked, in one batch", async () => {
    const proof = proofOf("una", { clientId: "web" });
    const { sent } = await check({ Responses: { [TABLE]: [] } }, proof);
    const Keys = targetsOf(proof).map((target) => ({ target: keyOf(target) }));
    expect(Keys).toHaveLength(5);
    const wanted = { Keys, ConsistentRead: true, ProjectionExpression: "target, upTo" };
    expect(sent).toEqual([["BatchGetCommand", { RequestItems: { [TABLE]: wanted } }]]);
  });

  it.each<[unknown, unknown]>([
    [{ Responses: { [TABLE]: [] }, UnprocessedKeys: {} }, "passes"],
    [{ Responses: { [TABLE]: [{ upTo: NOW_SECONDS - 61 }] } }, "passes"],
    [{ Responses: { [TABLE]: [{ upTo: NOW_SECONDS - 60 }] } }, ["revoked", undefined]],
    [{ Responses: { [TABLE]: [null] } }, ["revoked", undefined]],
    [{ Responses: { other: [] } }, ["revocations_unavailable", "The table's answer is not whole."]],
    [{ Responses: { [TABLE]: {} } }, ["revocations_unavailable", "The table's answer is not whole."]],
    [{ Responses: { [TABLE]: [] }, UnprocessedKeys: { [TABLE]: {} } }, ["revocations_unavailable", "The table's answer is not whole."]],
  ])("that answers %j", async (answer, expected) => expect((await check(answer)).verdict).toEqual(expected));

  describe("of which a part is left open", () => {
    const rest = { [TABLE]: { Keys: [{ target: "shop#issuer#x" }], ConsistentRead: true } };
    const part = (...items: unknown[]) => ({ Responses: { [TABLE]: items }, UnprocessedKeys: rest });
    const whole = (...items: unknown[]) => ({ Responses: { [TABLE]: items } });

    it.each([
      ["is asked for that part again: nothing there", [part(), whole()], "passes"],
      ["is asked for that part again: a record there", [part(), whole({})], "revoked"],
      ["revokes by what it did say, whatever the rest", [part({}), part()], "revoked"],
      ["revokes by what it did say, though the rest fails", [part({}), null], "revoked"],
      ["is no answer where what it did say does not revoke", [part({ upTo: 1 }), part()], "unavailable"],
    ])("%s", async (_what, answers, expected) => {
      for (const onUnavailable of ["deny", "allow"] as const) {
        const answer = (call: number) => answers[call - 1] ?? Promise.reject(new Error("down"));
        const { sent, table } = make(answer, { onUnavailable });
        const verdict = await table
          .open({ clock: makeClock() })
          .check(proofOf("una"))
          .then(
            () => "passes",
            (error: { code: string }) => error.code,
          );
        const unavailable = onUnavailable === "deny" ? "revocations_unavailable" : "passes";
        expect(verdict).toBe(expected === "unavailable" ? unavailable : expected);
        expect(sent.map(([, input]) => input).at(-1)).toEqual({ RequestItems: rest });
        expect(sent).toHaveLength(2);
      }
    });

    it("is not remembered", async () => {
      const { sent, table } = make((call) => (call <= 2 ? part({ upTo: 1 }) : whole({})));
      const revocations = table.open({ clock: makeClock() });
      await expect(revocations.check(proofOf("una"))).rejects.toMatchObject({ code: "revocations_unavailable" });
      await expect(revocations.check(proofOf("una"))).rejects.toMatchObject({ code: "revoked" });
      expect(sent).toHaveLength(3);
    });
  });

  it("is remembered for each of several, as they come by turns", async () => {
    const { sent, table } = make(() => ({ Responses: { [TABLE]: [] } }));
    const revocations = table.open({ clock: makeClock() });
    for (const who of ["una", "dora", "una", "dora"]) await revocations.check(proofOf(who));
    expect(sent).toHaveLength(2);
  });

  it("that takes two seconds is given up, and is no answer", async () => {
    vi.useFakeTimers();
    const { table } = make(() => new Promise(() => {}));
    const outcomes: string[] = [];
    const revocations = table.open({ clock: makeClock(), unavailable: (outcome) => void outcomes.push(outcome) });
    const verdict = revocations.check(proofOf("una")).catch((error: { code: string }) => error.code);
    await vi.advanceTimersByTimeAsync(1_999);
    expect(outcomes).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect([await verdict, outcomes]).toEqual(["revocations_unavailable", ["deny"]]);
  });
});

describe("what can be revoked", () => {
  it("is named by issuer, kind and a digest of its value", () => {
    expect(keyOf(SESSION)).toMatch(/^shop#session#[\w-]{43}$/);
    expect(keyOf({ ...SESSION, value: "t" })).not.toBe(keyOf(SESSION));
  });

  it("is over for good where it is a session or a token", () => {
    expect(TARGET_KINDS.filter(isFinal)).toEqual(["session", "token"]);
  });

  it("of a token is whatever it names", () => {
    const kinds = (parts: Parameters<typeof proofOf>[1]) => targetsOf(proofOf("una", parts)).map(({ kind }) => kind);
    expect(kinds({ clientId: "web" })).toEqual(["session", "token", "subject", "client", "issuer"]);
    expect(kinds({ clientId: null, session: null, tokenId: null })).toEqual(["subject", "issuer"]);
  });
});

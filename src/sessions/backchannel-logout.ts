import { seconds } from "../seconds.ts";
import { checkNames, checkTexts, isObject, kindOf } from "../config/check-values.ts";
import { checked, type Report } from "../config/report.ts";
import { REASONS, SallyportError } from "../errors.ts";
import type { Gateway } from "../gateway.ts";
import { createRuntime, type VerifierOptions } from "../gateway/authorizer.ts";
import type { ProblemResult } from "../guard/problem.ts";
import { writeLine } from "../observe/log.ts";
import { type LogoutToken, type LogoutWorld, verifyLogoutToken } from "./logout-token.ts";
import { createReplayRecord } from "./replay.ts";
import type { RevocationTable } from "./revocation-table.ts";
import { createRevoker, type RevokerOptions } from "./revoker.ts";
import type { Target } from "./targets.ts";
import type { Members } from "../members.ts";

/** One issuer that may end sessions here. */
export interface LogoutIssuer {
  /** The clients that its logout tokens are meant for: their `aud`. */
  readonly clientIds: readonly string[];
  /**
   * What a logout token with `sid` and `sub` ends. `session`: the one session, for issuers whose access tokens carry its id.
   * `subject`: everything issued to the subject until then, for issuers whose access tokens do not; a token without `sub` is refused.
   */
  readonly ends: "session" | "subject";
}

export interface BackchannelLogoutOptions extends VerifierOptions, RevokerOptions {
  readonly revocations: RevocationTable;
  /** By the issuer's name in the configuration; logout tokens of others are refused. */
  readonly issuers: Readonly<Record<string, LogoutIssuer>>;
}

/** The Lambda handler of the back-channel logout route. */
export type LogoutHandler = (event: unknown) => Promise<ProblemResult>;

const MAX_BODY = 16_384;

/**
 * Back-channel logout (OpenID Connect Back-Channel Logout 1.0): a public route, because the token in the form is the credential.
 * 200 once the revocation is written, 400 for anything that is not a good, unused logout token, 503 where that cannot be decided or written.
 * @throws ConfigurationError
 */
export function backchannelLogout(gateway: Gateway, options: BackchannelLogoutOptions): LogoutHandler {
  checked("issuers", (report) => checkOptions(gateway, options, report));
  const { clock, keys } = createRuntime(gateway, options);
  const revoker = createRevoker(options.revocations, options);
  const replay = createReplayRecord(options.revocations);
  const clientIds = new Map(Object.entries(options.issuers).map(([name, issuer]) => [name, issuer.clientIds]));
  const world: LogoutWorld = { gateway, keys, clientIds };

  async function logout(event: unknown): Promise<void> {
    const token = await verifyLogoutToken(readForm(event), world, seconds(clock()));
    const targets = targetsOf(token, options.issuers[token.issuer]?.ends ?? "subject");
    if (await replay.isUsed(token.issuer, token.tokenId)) throw new Replayed();
    // Recorded before the token counts as used: a provider that gets no answer sends it again, and twice recorded is once.
    const cause = { by: `issuer ${token.issuer}`, why: "back-channel logout" };
    await Promise.all(targets.map(async (target) => revoker.revoke(target, cause, token.issuedAt)));
    if (!(await replay.use(token.issuer, token.tokenId, token.until))) throw new Replayed();
  }

  return async (event) => {
    try {
      await logout(event);
      return answer(200, "");
    } catch (error) {
      const code = error instanceof SallyportError || error instanceof Replayed ? error.code : "revocations_unavailable";
      const failed = code !== "logout_token_replayed" && REASONS[code].status >= 500;
      writeLine(failed ? "ERROR" : "WARN", failed ? "Logout failed" : "Logout token refused", { code });
      return failed
        ? answer(503, JSON.stringify({ error: "temporarily_unavailable" }))
        : answer(400, JSON.stringify({ error: "invalid_request" }));
    }
  };
}

class Replayed extends Error {
  readonly code = "logout_token_replayed";
}

/** @throws SallyportError `claim_missing` where nothing that the issuer's access tokens carry would be ended */
function targetsOf({ issuer, sessionId, subject }: LogoutToken, ends: LogoutIssuer["ends"]): readonly Target[] {
  const session = sessionId === null ? [] : [{ issuer, kind: "session", value: sessionId } as const];
  if (subject === null && ends === "subject") throw new SallyportError("claim_missing");
  const wholeSubject = subject !== null && (sessionId === null || ends === "subject");
  return wholeSubject ? [...session, { issuer, kind: "subject", value: subject }] : session;
}

const answer = (statusCode: number, body: string): ProblemResult => ({
  statusCode,
  headers: { "cache-control": "no-store", ...(body !== "" && { "content-type": "application/json" }) },
  body,
});

/** The one `logout_token` of a form. @throws SallyportError `credential_missing`, `credential_malformed` */
function readForm(event: unknown): string {
  const { headers, body, isBase64Encoded } = (event ?? {}) as Members;
  const type = Object.entries((headers ?? {}) as Members).find(([name]) => name.toLowerCase() === "content-type")?.[1];
  const isForm = typeof type === "string" && /^application\/x-www-form-urlencoded *(;|$)/i.test(type);
  if (!isForm || typeof body !== "string" || body.length > MAX_BODY) throw new SallyportError("credential_malformed");
  const form = new URLSearchParams(isBase64Encoded === true ? Buffer.from(body, "base64").toString() : body);
  const tokens = form.getAll("logout_token");
  const [token = ""] = tokens;
  if (tokens.length !== 1 || token === "") throw new SallyportError("credential_missing");
  return token;
}

function checkOptions(gateway: Gateway, { issuers }: BackchannelLogoutOptions, report: Report): void {
  const names = gateway.issuers.map(({ name }) => name);
  if (!isObject(issuers) || Object.keys(issuers).length === 0) {
    report.problem("", `is ${isObject(issuers) ? "an empty object" : kindOf(issuers)}.`, "Name the issuers that may end sessions here.");
  } else {
    checkNames(issuers, names, report, "issuer");
    // Whose tenant a token is of, and whether its key may sign for that one, is checked for access tokens only.
    for (const { name } of gateway.issuers.filter(({ templates = [] }) => templates.length > 0)) {
      if (Object.hasOwn(issuers, name))
        report.problem(name, "stands for many tenants' issuers.", "Leave it out: Microsoft Entra ID sends no back-channel logout.");
    }
    for (const [name, { clientIds, ends }] of Object.entries(issuers)) {
      checkTexts(clientIds, report, `${name}.clientIds`);
      if (!["session", "subject"].includes(ends)) report.problem(`${name}.ends`, "is not decided.", 'Write "session" or "subject".');
    }
  }
}

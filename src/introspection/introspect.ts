import { checkKnown, checkNames, checkText, ownMembers } from "../config/check-values.ts";
import { parseDuration } from "../config/duration.ts";
import type { Report } from "../config/report.ts";
import { SallyportError } from "../errors.ts";
import { isFetchable } from "../keys/addresses.ts";
import type { Issuer } from "../providers/provider.ts";
import { seconds } from "../seconds.ts";
import { createAsker } from "./ask.ts";
import { makeOnlineCheck, type OnlineCheck, type OnlineTokens } from "./online.ts";
import { openOnline } from "./open-online.ts";
import { proveIntrospected } from "./prove.ts";

/** How an issuer is asked about a token (RFC 7662). */
export interface IntrospectOptions {
  /** The introspection endpoint: https. */
  readonly url: string;
  /** The client this gateway is at the issuer. */
  readonly clientId: string;
  /** From `env(…)`; sent to the issuer and written nowhere. */
  readonly clientSecret: string;
  /** How the secret is sent (RFC 6749 section 2.3.1): in the header, the default, or in the form. */
  readonly clientAuth?: "basic" | "post";
  /** Default `"opaque"`: only tokens that cannot be verified here. */
  readonly tokens?: OnlineTokens;
  /** How long an active token is not asked about again, and never past its `exp`; default `"30s"`, `"0s"` asks every time. */
  readonly remember?: string;
}

const NAMES = ["url", "clientId", "clientSecret", "clientAuth", "tokens", "remember"];
const VALUES = { clientAuth: ["basic", "post"], tokens: ["opaque", "jwt", "all"] } as const;

/**
 * Asks an issuer whether a token is active (RFC 7662): for opaque tokens, and for JWTs where revocation at the issuer must bite.
 * The options, and the secret with them, are not members of what is returned.
 */
export function introspect(given: IntrospectOptions): OnlineCheck {
  const options = ownMembers(given);
  const { tokens = "opaque", remember = "30s" } = options;
  return makeOnlineCheck({
    tokens,
    check(report, issuer, issuers) {
      checkOptions(options, report.at("introspection"));
      if (tokens !== "jwt") checkOpaque(issuer, issuers, report);
    },
    openAll: openOnline,
    open(issuer, { clock, fetch, forward }) {
      const ask = createAsker({ ...options, clock, fetch, remember: (parseDuration(remember) ?? 0) * 1_000 });
      return {
        prove: async (text) => proveIntrospected(await ask(text), issuer, forward, seconds(clock())),
        confirm: async (text) => void (await ask(text)),
        isActive: async (text) => isActive(ask(text, false)),
      };
    },
  });
}

/** @throws what is no answer */
async function isActive(answer: Promise<unknown>): Promise<boolean> {
  try {
    await answer;
    return true;
  } catch (error) {
    if (error instanceof SallyportError && error.code === "token_inactive") return false;
    throw error;
  }
}

function checkOptions(options: IntrospectOptions, report: Report): void {
  checkNames({ ...options }, NAMES, report);
  for (const name of ["clientId", "clientSecret"] as const) checkText(options[name], report, name);
  if (checkText(options.url, report, "url") && !isFetchable(options.url)) {
    report.problem("url", "is not an https address.", "Use https; plain http is accepted only for localhost.");
  }
  for (const name of ["clientAuth", "tokens"] as const) {
    if (options[name] !== undefined) checkKnown(options[name], VALUES[name], report, name);
  }
  const { remember } = options;
  if (remember !== undefined && parseDuration(remember) === null) {
    report.problem("remember", "is not a duration.", 'Write it like "30s" or "0s".');
  }
}

/** An opaque token names no issuer, so only one issuer can be asked; and what is answered has to say all that the issuer's settings compare. */
function checkOpaque({ name, settings }: Issuer, issuers: readonly Issuer[], report: Report): void {
  const { tokenUse, tenants, tenantClaim } = settings;
  if (tokenUse !== "access") report.problem("introspection", "is for access tokens.", "Remove it, or set `tokenUse` to access.");
  if (tenants !== null && tenantClaim === null) {
    const message = "cannot be compared with an answer of introspection.";
    report.problem("tenants", message, "Set `tenantClaim` to the member that holds the tenant.");
  }
  const first = issuers.find(({ settings: { introspection } }) => introspection !== undefined && introspection.tokens !== "jwt");
  if (first === undefined || first.name === name) return;
  const message = `takes opaque tokens, and so does \`issuers.${first.name}\`.`;
  report.problem("introspection", message, 'An opaque token names no issuer: set `tokens: "jwt"` on all but one.');
}

import { randomBytes, randomUUID } from "node:crypto";
import type { Persona } from "../personas.ts";

/** One sign-in of one persona: what its tokens share, and what they end with. */
export interface Session {
  /** What tokens carry as `origin_jti` or `sid`. */
  readonly id: string;
  readonly persona: Persona;
  readonly clientId: string;
  readonly isLive: boolean;
}

type Open = { -readonly [Member in keyof Session]: Session[Member] };

/**
 * What one issuer knows of sign-ins and accounts: which tokens belong to which session, what was ended, who is disabled.
 * All of it is forgotten with the process.
 */
export class Sessions {
  readonly #sessions = new Map<string, Open>();
  readonly #tokens = new Map<string, Open>();
  readonly #refreshTokens = new Map<string, Open>();
  readonly #disabled = new Set<string>();
  readonly #opaque = new Map<string, string>();

  start(persona: Persona, clientId: string, id: string = randomUUID()): Session {
    const session = { id, persona, clientId, isLive: true };
    this.#sessions.set(id, session);
    return session;
  }

  find(id: string): Session | null {
    return this.#sessions.get(id) ?? null;
  }

  /** Notes that a token, opaque or not, was issued in a session. */
  remember(token: string, { id }: Session): void {
    const session = this.#sessions.get(id);
    if (session !== undefined) this.#tokens.set(token, session);
  }

  rememberRefresh(token: string, { id }: Session): void {
    const session = this.#sessions.get(id);
    if (session !== undefined) this.#refreshTokens.set(token, session);
  }

  /** The session that a token was issued in; null for a token that this issuer did not make. */
  ofToken(token: string): Session | null {
    return this.#tokens.get(token) ?? null;
  }

  ofRefreshToken(token: string): Session | null {
    return this.#refreshTokens.get(token) ?? null;
  }

  /** Makes an opaque name for a token; whoever asks about the one is told about the other. */
  conceal(token: string): string {
    const name = randomBytes(32).toString("base64url");
    this.#opaque.set(name, token);
    return name;
  }

  /** The token behind an opaque one; any other text is its own. */
  reveal(token: string): string {
    return this.#opaque.get(token) ?? token;
  }

  end(id: string): void {
    const session = this.#sessions.get(id);
    if (session !== undefined) session.isLive = false;
  }

  /** Ends every session that the persona has. */
  endAll({ name }: Persona): void {
    for (const session of this.#sessions.values()) if (session.persona.name === name) session.isLive = false;
  }

  /** A disabled persona has no session and cannot start one; enabling brings none of them back. */
  setEnabled(persona: Persona, isEnabled: boolean): void {
    if (isEnabled) {
      this.#disabled.delete(persona.name);
      return;
    }
    this.#disabled.add(persona.name);
    this.endAll(persona);
  }

  isEnabled({ name }: Persona): boolean {
    return !this.#disabled.has(name);
  }
}

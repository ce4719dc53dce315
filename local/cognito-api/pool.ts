import { randomBytes, randomInt } from "node:crypto";
import type { JsonObject } from "../../src/json.ts";
import { standingOf, type Standing } from "../identity-provider/issue.ts";
import type { TwinIssuer } from "../identity-provider/twin-issuer.ts";
import { PERSONA_PASSWORD, type Persona } from "../personas.ts";
import { SELF_SERVICE } from "../token-shapes/cognito.ts";
import { CognitoFailure } from "./failure.ts";

/** A second step of a sign-in, or a new password, that was asked for and has not come. */
interface Pending {
  readonly persona: Persona;
  readonly clientId: string;
  readonly code: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  attempts: number;
}

/** One user pool: the stand-in for one Cognito issuer, and what its API remembers until the twin stops. */
export interface Pool {
  readonly twin: TwinIssuer;
  /** Such as `eu-west-1_Sample123`. */
  readonly id: string;
  /** When the pool and its users were made: when the twin started. Seconds since the epoch. */
  readonly since: number;
  readonly passwords: Map<string, string>;
  /** Sign-ins that wait for a second factor, by the `Session` they were given. */
  readonly challenges: Map<string, Pending>;
  /** Codes for a new password, by persona. */
  readonly resets: Map<string, Pending>;
  /** The time step of the last one-time code used, by persona: no code is good twice. */
  readonly usedCodes: Map<string, number>;
}

/** What an operation is run with. */
export interface Call {
  readonly pools: readonly Pool[];
  readonly request: JsonObject;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Tells the developer what a real pool would send by e-mail. */
  readonly deliver: (persona: Persona, code: string) => void;
  /** Passes an event on, as EventBridge would. */
  readonly publish: (event: JsonObject) => Promise<void>;
}

/** How long codes and challenges last, in milliseconds, and how often a code may be guessed. */
const PATIENCE = 180_000;
const ATTEMPTS = 5;

/** The user pools among the stand-ins. `now` in milliseconds. */
export const poolsOf = (twins: readonly TwinIssuer[], now: number): readonly Pool[] =>
  twins
    .filter(({ issuer }) => issuer.provider === "cognito")
    .map((twin) => ({
      twin,
      id: new URL(twin.iss).pathname.slice(1),
      since: Math.floor(now / 1000),
      passwords: new Map(),
      challenges: new Map(),
      resets: new Map(),
      usedCodes: new Map(),
    }));

/** A required text member of a request. @throws CognitoFailure `InvalidParameterException` */
export function text(request: JsonObject, name: string): string {
  const value = request[name];
  if (typeof value === "string" && value !== "") return value;
  throw new CognitoFailure("InvalidParameterException", `Missing required parameter ${name}`);
}

/** @throws CognitoFailure `ResourceNotFoundException` */
export function poolById({ pools, request }: Call): Pool {
  const id = text(request, "UserPoolId");
  const pool = pools.find((candidate) => candidate.id === id);
  if (pool === undefined) throw new CognitoFailure("ResourceNotFoundException", `User pool ${id} does not exist.`);
  return pool;
}

/** @throws CognitoFailure `ResourceNotFoundException` */
export function poolByClient({ pools, request }: Call): { readonly pool: Pool; readonly clientId: string } {
  const clientId = text(request, "ClientId");
  const pool = pools.find(({ twin }) => clientsOf(twin).includes(clientId));
  if (pool === undefined) throw new CognitoFailure("ResourceNotFoundException", `User pool client ${clientId} does not exist.`);
  return { pool, clientId };
}

export const clientsOf = ({ webClientId, machineClientId }: TwinIssuer): readonly string[] =>
  machineClientId === null ? [webClientId] : [webClientId, machineClientId];

/** A user by name, e-mail or `sub`; null where the pool has nobody of that name. */
export const findUser = ({ twin }: Pool, name: string): Persona | null =>
  twin.personas.find((persona) => persona.kind === "user" && [persona.name, persona.email, persona.subject].includes(name)) ?? null;

export const passwordOf = ({ passwords }: Pool, { name }: Persona): string => passwords.get(name) ?? PERSONA_PASSWORD;

export const hasSecondFactor = ({ methods }: Persona): boolean => methods.includes("mfa");

/** Something to wait for, with a code of six digits and a handle that cannot be guessed. */
export function expect(persona: Persona, clientId: string, now: number): Pending & { readonly handle: string } {
  const code = String(randomInt(1_000_000)).padStart(6, "0");
  return { persona, clientId, code, expiresAt: now + PATIENCE, attempts: 0, handle: randomBytes(32).toString("base64url") };
}

/** Counts a wrong guess. @throws CognitoFailure `LimitExceededException` after too many */
export function countAttempt(pending: Pending): void {
  pending.attempts += 1;
  if (pending.attempts > ATTEMPTS) throw new CognitoFailure("LimitExceededException");
}

const REFUSALS: Readonly<Record<Exclude<Standing["state"], "active">, string>> = {
  malformed: "Invalid Access Token",
  expired: "Access Token has expired",
  revoked: "Access Token has been revoked",
  disabled: "User is disabled.",
};

/**
 * The pool and the standing of the request's access token, which must be there for its user to manage their own account.
 * @throws CognitoFailure `NotAuthorizedException`
 */
export async function byAccessToken({ pools, request, now }: Call) {
  const token = text(request, "AccessToken");
  const pool = pools.find(({ twin }) => twin.sessions.ofToken(token) !== null);
  const standing: Standing = pool === undefined ? { state: "malformed" } : await standingOf(pool.twin, token, Math.floor(now / 1000));
  if (pool === undefined || standing.state !== "active" || standing.claims["token_use"] !== "access") {
    throw new CognitoFailure("NotAuthorizedException", REFUSALS[standing.state === "active" ? "malformed" : standing.state]);
  }
  const scopes = String(standing.claims["scope"] ?? "").split(" ");
  if (!scopes.includes(SELF_SERVICE)) throw new CognitoFailure("NotAuthorizedException", "Access Token does not have required scopes");
  return { pool, session: standing.session };
}

import { show } from "../src/explain/safe-text.ts";
import type { Gateway } from "../src/gateway.ts";
import type { KeySnapshot, PinnedKeys } from "../src/keys/create-keys.ts";
import type { Fetch } from "../src/keys/download.ts";
import { createLoader } from "../src/keys/load-keys.ts";
import type { KeyLocation } from "../src/keys/keys.ts";
import { toPinned } from "./snapshot-file.ts";

/** What fetching needs from outside. */
export interface PinOptions {
  readonly fetch: Fetch;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/** One key location of a configuration, with its keys as published now; null: they could not be fetched, or none is usable. */
export interface LiveKeys {
  readonly issuer: string;
  readonly url: string;
  readonly pinned: PinnedKeys | null;
}

/** A difference between a snapshot and what is published now. */
export interface Drift {
  readonly issuer: string;
  readonly message: string;
}

/** Whether any issuer publishes its keys as a set: keys that have a file each are known only once a token names one. */
export const hasKeySets = ({ issuers }: Gateway): boolean => issuers.some(({ keyLocations }) => keyLocations.length > 0);

/** Fetches and vets the keys of every issuer, all at once, as the gateway itself would. Never throws. */
export async function fetchLive({ issuers }: Gateway, options: PinOptions): Promise<readonly LiveKeys[]> {
  const wanted = issuers.flatMap(({ name, keyLocations }) => keyLocations.map((location) => ({ name, location })));
  return Promise.all(
    wanted.map(async ({ name, location }) => ({ issuer: name, url: location.url, pinned: await fetchPinned(location, options) })),
  );
}

/** A publisher whose answers show different parts of its set by turns is asked so many times. */
const MERGED_FETCHES = 3;

async function fetchPinned(location: KeyLocation, options: PinOptions): Promise<PinnedKeys | null> {
  const load = createLoader(location, { ...options, maxStale: 0 });
  const fetched: PinnedKeys[] = [];
  // One after the other: requests sent together are more likely to be answered from one place.
  for (let times = location.merge === true ? MERGED_FETCHES : 1; times > 0; times--) {
    const pinned = await load().then(
      ({ jwks, fetchedAt }) => toPinned(jwks, fetchedAt),
      () => null,
    );
    if (pinned !== null) fetched.push(pinned);
  }
  return fetched.length === 0 ? null : fetched.reduce(mergePinned);
}

/** Both sets, with the later one's keys where they share a key id, and the earlier one's age. */
function mergePinned(earlier: PinnedKeys, later: PinnedKeys): PinnedKeys {
  const groups = new Map([...groupByKeyId(earlier), ...groupByKeyId(later)]);
  return toPinned([...groups.values()].flat(), earlier.fetchedAt);
}

/** What an earlier snapshot holds for a location. */
export function pinnedAt(snapshot: KeySnapshot | null, issuer: string, url: string): PinnedKeys | null {
  const pins = snapshot !== null && Object.hasOwn(snapshot, issuer) ? snapshot[issuer] : undefined;
  return pins !== undefined && Object.hasOwn(pins, url) ? (pins[url] ?? null) : null;
}

/** A snapshot of what was fetched; where that failed, the previous snapshot's entry stays, with its own age. */
export function makeSnapshot(live: readonly LiveKeys[], previous: KeySnapshot | null): KeySnapshot {
  const snapshot: Record<string, Record<string, PinnedKeys>> = {};
  for (const { issuer, url, pinned } of live) {
    const entry = pinned ?? pinnedAt(previous, issuer, url);
    if (entry !== null) (snapshot[issuer] ??= {})[url] = entry;
  }
  return snapshot;
}

/** Everything in which a snapshot differs from what is published, by key id and material; empty when they agree. */
export function compareKeys(snapshot: KeySnapshot, live: readonly LiveKeys[], { now, maxStale }: Age): readonly Drift[] {
  const gone = Object.entries(snapshot).flatMap(([issuer, pins]) =>
    Object.keys(pins)
      .filter((url) => !live.some((one) => one.issuer === issuer && one.url === url))
      .map((url) => ({ issuer, message: `${url} is pinned and not in the configuration` })),
  );
  const changed = live.flatMap(({ issuer, url, pinned: published }) => {
    const then = pinnedAt(snapshot, issuer, url);
    if (published === null) return [{ issuer, message: `the keys could not be fetched from ${url}` }];
    if (then === null) return [{ issuer, message: `${url} is not pinned` }];
    const old = now - then.fetchedAt < maxStale ? [] : ["the pinned keys are older than maxStale: a cold start does not use them"];
    return [...old, ...compareSets(then, published)].map((message) => ({ issuer, message }));
  });
  return [...gone, ...changed];
}

/** When a comparison is made, and from what age a snapshot is useless; both in milliseconds. */
interface Age {
  readonly now: number;
  readonly maxStale: number;
}

function compareSets(then: PinnedKeys, now: PinnedKeys): string[] {
  const [before, after] = [byKeyId(toPinned(then.keys, then.fetchedAt)), byKeyId(now)];
  const kids = [...new Set([...before.keys(), ...after.keys()])];
  return kids.flatMap((kid) => {
    const [old, current] = [before.get(kid), after.get(kid)];
    if (old === current) return [];
    return [`${show(kid)} ${old === undefined ? "is new" : current === undefined ? "was withdrawn" : "has changed"}`];
  });
}

/** Key id -> everything pinned under it, as text. */
function byKeyId(pinned: PinnedKeys): ReadonlyMap<string, string> {
  return new Map([...groupByKeyId(pinned)].map(([kid, group]) => [kid, JSON.stringify(group)]));
}

function groupByKeyId({ keys }: PinnedKeys): ReadonlyMap<string, readonly unknown[]> {
  return Map.groupBy(keys as readonly { readonly kid: string }[], ({ kid }) => kid);
}

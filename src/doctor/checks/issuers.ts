import type { Check, Finding, Patient } from "../check.ts";
import type { IssuerProbe } from "../probe.ts";

/** Milliseconds that a cold start may wait for keys without anybody noticing much. */
const SLOW = 1_000;
/** Seconds: less is the network, and the whole seconds that the header counts. */
const NOTICEABLE = 5;

const each =
  (wanted: (probe: IssuerProbe, patient: Patient) => boolean, finding: (probe: IssuerProbe) => Omit<Finding, "where">) =>
  (patient: Patient) =>
    patient.probes.filter((probe) => wanted(probe, patient)).map((probe) => ({ where: whereOf(probe), ...finding(probe) }));

const whereOf = ({ issuer, url }: Pick<IssuerProbe, "issuer" | "url">) => `issuer ${issuer}, ${url}`;
const isAnother = ({ discovered }: IssuerProbe) => discovered !== null && discovered.issuer !== discovered.expected;
const usable = ({ keys }: IssuerProbe) => keys.filter(({ fault }) => fault === null);
const settingsOf = ({ issuer }: IssuerProbe, { gateway }: Patient) => gateway.issuers.find(({ name }) => name === issuer)?.settings;
const fits = (probe: IssuerProbe, patient: Patient) =>
  usable(probe).some(({ algorithms }) => algorithms.some((algorithm) => settingsOf(probe, patient)?.algorithms.includes(algorithm)));
const isAway = ({ clockDifference }: IssuerProbe, seconds: number) => Math.abs(clockDifference ?? 0) > seconds;
const skewOf = (probe: IssuerProbe, patient: Patient) => settingsOf(probe, patient)?.clockSkew ?? 0;
const skewed = ({ clockDifference }: IssuerProbe) => {
  const seconds = clockDifference ?? 0;
  return `The issuer's clock is ${Math.abs(seconds)} s ${seconds > 0 ? "ahead of" : "behind"} this machine's.`;
};

/** A document that names another issuer than it should. */
function nameFinding(found: string | null, expected: string, effect: string): Omit<Finding, "where"> {
  const isSlash = found?.replace(/\/$/, "") === expected.replace(/\/$/, "");
  return {
    why: `${isSlash ? "The issuer differs by the trailing slash." : "It names another issuer, or none."} ${effect}`,
    fix: `Configure the issuer exactly as the document does${isSlash ? "" : ", if it is the right one"}.`,
  };
}

/** What the issuers publish now. */
export const ISSUER_CHECKS: readonly Check[] = [
  {
    id: "issuer-unreachable",
    severity: "error",
    title: "an issuer's keys cannot be fetched",
    find: each(
      (probe) => !probe.isUsable && !isAnother(probe) && probe.keys.length === 0,
      ({ status }) => ({
        why: `${status === null ? "Nothing answers" : status === 200 ? "What answers is no key set" : `The answer is ${status}`}: a cold start without pinned keys refuses every token with 503.`,
        fix: "Check the address, and the way to it from where this runs. `sallyport keys pin` outlasts an outage.",
      }),
    ),
  },
  {
    id: "discovery-issuer",
    severity: "error",
    title: "a discovery document is of another issuer than the configured one",
    find: ({ probes, discoveries }) => [
      ...probes.flatMap((probe) => {
        const { discovered } = probe;
        if (discovered === null || !isAnother(probe)) return [];
        return [{ where: whereOf(probe), ...nameFinding(discovered.issuer, discovered.expected, "Keys are not taken from it.") }];
      }),
      ...discoveries
        .filter(({ found, expected }) => found !== expected)
        .map((one) => ({ where: whereOf(one), ...nameFinding(one.found, one.expected, "The tokens' `iss` will not match.") })),
    ],
  },
  {
    id: "keys-unusable",
    severity: "error",
    title: "an issuer publishes no key that its tokens could be verified with",
    find: each(
      (probe, patient) => probe.keys.length > 0 && !fits(probe, patient),
      ({ keys }) => ({
        why: keys.every(({ fault }) => fault !== null)
          ? `None of ${keys.length} keys may be used: ${[...new Set(keys.map(({ fault }) => fault))].join(", ")}.`
          : "The usable keys are for other algorithms than those configured.",
        fix: "Compare the issuer's option `algorithms` with what the provider signs with.",
      }),
    ),
  },
  {
    id: "key-secret-published",
    severity: "error",
    title: "an issuer publishes a key that has to be secret",
    find: each(
      ({ keys }) => keys.some(({ isSecret }) => isSecret),
      () => ({
        why: "Whoever reads the key set can sign tokens. The key is not used here, but it may be elsewhere.",
        fix: "Withdraw the key at the provider at once.",
      }),
    ),
  },
  {
    id: "issuer-slow",
    severity: "warning",
    title: "an issuer's keys take long",
    find: each(
      ({ isUsable, latency }) => isUsable && latency > SLOW,
      ({ latency }) => ({
        why: `${latency} ms, which a cold start without pinned keys waits for; one request may take 1,500 ms.`,
        fix: "Pin the keys: `sallyport keys pin`.",
      }),
    ),
  },
  {
    id: "clock-differs",
    severity: "warning",
    title: "clocks differ",
    find: each(
      (probe, patient) => isAway(probe, NOTICEABLE) && !isAway(probe, skewOf(probe, patient)),
      (probe) => ({
        why: skewed(probe),
        fix: "Set this machine's clock if it is the wrong one. The option `clockSkew` covers the difference.",
      }),
    ),
  },
  {
    id: "clock-beyond-skew",
    severity: "error",
    title: "clocks differ by more than is allowed for",
    find: each(
      (probe, patient) => isAway(probe, Math.max(NOTICEABLE, skewOf(probe, patient))),
      (probe) => ({
        why: `${skewed(probe)} Fresh tokens are refused, or expired ones accepted.`,
        fix: "Set this machine's clock, or tell the provider.",
      }),
    ),
  },
];

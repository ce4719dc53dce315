import { mkdirSync, rmdirSync, writeFileSync } from "node:fs";

/** Memory that buys one whole CPU on Lambda, in megabytes. */
const WHOLE_CPU = 1_769;
/** Microseconds. */
const PERIOD = 100_000;

/** Processes started through `wrap` share a part of one CPU. */
export interface CpuQuota {
  /** The command to put before a process's own. */
  readonly wrap: readonly string[];
  remove(): void;
}

/** How each version of control groups is told what a group may use, and in which file it lists its processes. */
const VERSIONS = [
  { folder: "/sys/fs/cgroup/cpu", settings: (quota: number) => ({ "cpu.cfs_period_us": `${PERIOD}`, "cpu.cfs_quota_us": `${quota}` }) },
  { folder: "/sys/fs/cgroup", settings: (quota: number) => ({ "cpu.max": `${quota} ${PERIOD}` }) },
];

/** A control group with the CPU of a function of so many megabytes; null where this machine does not let us make one. */
export function limitCpu(megabytes: number): CpuQuota | null {
  const quota = Math.round((megabytes / WHOLE_CPU) * PERIOD);
  for (const { folder, settings } of VERSIONS) {
    const group = `${folder}/sallyport-bench-${process.pid}`;
    try {
      mkdirSync(group);
    } catch {
      continue;
    }
    try {
      for (const [file, value] of Object.entries(settings(quota))) writeFileSync(`${group}/${file}`, value);
      return { wrap: ["/bin/sh", "-c", `echo $$ > ${group}/cgroup.procs && exec "$@"`, "sh"], remove: () => removeQuietly(group) };
    } catch {
      removeQuietly(group);
    }
  }
  return null;
}

/** A group whose last process has only just ended cannot be removed yet; it limits nobody any more. */
function removeQuietly(group: string): void {
  try {
    rmdirSync(group);
  } catch {
    // Stays behind, empty.
  }
}

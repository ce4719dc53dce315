import { defineCommand } from "citty";
import { ConfigurationError } from "../src/config/report.ts";
import { configurationFindings, examine } from "../src/doctor/doctor.ts";
import { discoverIssuers } from "../src/doctor/discoveries.ts";
import { probeIssuers } from "../src/doctor/probe.ts";
import { type Examination, renderExamination } from "../src/doctor/render.ts";
import { safeJson } from "../src/explain/safe-text.ts";
import { findTarget, type Target } from "./local-twin.ts";
import { findTemplates, readApis } from "./read-templates.ts";
import { attempt, checkArguments, UsageError } from "./usage.ts";

const ARGUMENTS = {
  template: { type: "string", description: "a template to check; may be given again. Default: those that are where tools leave them" },
  offline: { type: "boolean", description: "do not ask the issuers for their keys", default: false },
  json: { type: "boolean", description: "print one JSON document", default: false },
  config: { type: "string", description: "the gateway's configuration", default: "gateway.config.ts" },
  local: { type: "boolean", description: "ask the local twin for keys, and use example values for unset variables", default: false },
} as const;

/** `sallyport doctor`: what is wrong with the configuration, the issuers and what will be deployed. */
export const doctor = defineCommand({
  meta: { name: "doctor", description: "Check the configuration, the issuers, and packaged templates; exit code 1 where one has an error" },
  args: ARGUMENTS,
  run: ({ args, rawArgs }) =>
    attempt(async () => {
      checkArguments(rawArgs, ARGUMENTS, "doctor", ["template"]);
      const examination = await examineProject(args, templatesIn(rawArgs));
      if (examination === null) return;
      console.log(args.json ? safeJson(examination) : renderExamination(examination));
      if (examination.findings.some(({ severity }) => severity === "error")) process.exitCode = 1;
    }),
});

/** All of them: the parser keeps the last one only. */
function templatesIn(rawArgs: readonly string[]): readonly string[] {
  return rawArgs.flatMap((text, index) => {
    if (text.startsWith("--template=")) return [text.slice("--template=".length)];
    return text === "--template" ? [rawArgs[index + 1] ?? ""] : [];
  });
}

interface Wanted {
  readonly offline: boolean;
  readonly config: string;
  readonly local: boolean;
}

async function examineProject({ offline, config, local }: Wanted, named: readonly string[]): Promise<Examination | null> {
  const templates = named.length > 0 ? named : await findTemplates();
  const apis = await readApis(templates);
  const target = await findTargetOr(config, local);
  if (target instanceof ConfigurationError) return { findings: configurationFindings(config, target.problems), probes: [], apis };
  if (target === null) return null;
  const { gateway, fetch, notice } = target;
  if (notice !== null) console.error(notice);
  const [probes, discoveries] = offline
    ? [[], []]
    : await Promise.all([probeIssuers(gateway, { fetch, clock: Date.now }), discoverIssuers(gateway, fetch)]);
  return { findings: examine({ gateway, apis, templates, probes, discoveries }), probes, apis };
}

/** What is wrong with a configuration is a finding here, and not the end. */
async function findTargetOr(config: string, local: boolean): Promise<Target | ConfigurationError | null> {
  return findTarget(config, local).catch((error: unknown) => {
    if (error instanceof UsageError && error.cause instanceof ConfigurationError) return error.cause;
    throw error;
  });
}

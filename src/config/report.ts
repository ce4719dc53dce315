/** One thing wrong with the configuration: where, what, and how to put it right. No value of a setting is in it. */
export interface Problem {
  /** The path in the configuration: `issuers.customers.clientIds[0]`. */
  readonly path: string;
  /** What is wrong, naming the kind of value found. */
  readonly message: string;
  /** What to do about it. */
  readonly fix: string;
}

/** Collects problems, so that all are reported at once. */
export interface Report {
  /** Adds a problem at a path relative to this report's own. Answers false, for checks that answer whether all is well. */
  problem(path: string, message: string, fix: string): false;
  /** A report whose paths start below this one's. */
  at(path: string): Report;
}

/** Every problem of a configuration, in one error, raised at start-up. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
  readonly code = "configuration_invalid";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], options?: ErrorOptions) {
    const lines = problems.map(({ path, message, fix }) => `  ${path}: ${message} ${fix}`);
    super(`The gateway configuration has ${problems.length} problem${problems.length === 1 ? "" : "s"}:\n${lines.join("\n")}`, options);
    this.problems = problems;
  }
}

/** Starts a report; problems land in the list given. */
export function startReport(problems: Problem[], base = ""): Report {
  const join = (path: string) => (base === "" ? path : path === "" || path.startsWith("[") ? `${base}${path}` : `${base}.${path}`);
  return {
    problem(path, message, fix) {
      problems.push({ path: join(path), message, fix });
      return false;
    },
    at: (path) => startReport(problems, join(path)),
  };
}

/**
 * Runs the checks of a configuration; null: there is nothing to answer, and a problem says why. A configuration that cannot even be read,
 * because a member throws when it is looked at or a rule contains itself, is a problem like any other.
 * @throws ConfigurationError with every problem, and nothing else
 */
export function checked<T>(base: string, check: (report: Report, problems: readonly Problem[]) => T | null): T {
  const problems: Problem[] = [];
  let result: T | null = null;
  let options: ErrorOptions | undefined;
  try {
    result = check(startReport(problems, base), problems);
  } catch (cause) {
    options = { cause };
    problems.push({ path: base, message: "cannot be read.", fix: "Use plain objects, lists and text; nothing may contain itself." });
  }
  if (problems.length > 0 || result === null) throw new ConfigurationError(problems, options);
  return result;
}

/** What the contract suite covered, for the end of a test run: one line for each API type, each provider with its tests. */
import type { TestModule, TestSuite } from "vitest/node";

/** How the suites of the contract are called: `<API type> x <provider>`. */
const NAME = /^(.+) x ([a-z][A-Za-z0-9]+)$/;

/** `  REST TOKEN: cognito 14, auth0 13 of 14`; nothing where no contract was run. */
export function contractLines(modules: readonly TestModule[]): string[] {
  const lines = new Map<string, string[]>();
  for (const suite of modules.flatMap(({ children }) => [...children.allSuites()])) {
    const [, api, provider] = NAME.exec(suite.name) ?? [];
    if (api !== undefined && provider !== undefined) lines.set(api, [...(lines.get(api) ?? []), `${provider} ${tally(suite)}`]);
  }
  return [...lines].map(([api, providers]) => `  ${api}: ${providers.join(", ")}`);
}

function tally({ children }: TestSuite): string {
  const [passed, all] = [[...children.allTests("passed")].length, [...children.allTests()].length];
  return passed === all ? String(all) : `${passed} of ${all}`;
}

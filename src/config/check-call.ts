import { checkNames, isObject, kindOf } from "./check-values.ts";
import { checked, type Report } from "./report.ts";

/**
 * Checks what a function of the library is called with. Plain JavaScript compiles with any argument, and what is none would otherwise
 * fail with every request only.
 * @param name the function, for messages
 * @param known the names that its options may have
 * @param check reports what is wrong with the other arguments
 * @throws ConfigurationError
 */
export function checkCall(name: string, options: unknown, known: readonly string[], check: (report: Report) => void): void {
  checked(name, (report) => {
    if (!isObject(options)) return report.problem("", `the options are ${kindOf(options)}.`, "Give an object.");
    checkNames(options, known, report);
    check(report);
    return true;
  });
}

/** Reports what is no route table that was checked. */
export function checkTable(routes: unknown, report: Report): void {
  if (!isObject(routes) || !(routes["routes"] instanceof Map))
    report.problem("", `the route table is ${kindOf(routes)}, not what \`defineRoutes\` answers.`, "Give that first, then the handler.");
}

/** Reports what is no function. */
export function checkHandler(handler: unknown, report: Report): void {
  if (typeof handler !== "function")
    report.problem("", `the handler is ${kindOf(handler)}, not a function.`, "Give it second, the options third.");
}

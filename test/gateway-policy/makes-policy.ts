import { vi } from "vitest";

/** Whether a policy is made for an answer and not remembered: only what is made is weighed, as JSON. */
export function makesPolicy(ask: () => unknown): boolean {
  const weigh = vi.spyOn(JSON, "stringify");
  try {
    ask();
    return weigh.mock.calls.length > 0;
  } finally {
    weigh.mockRestore();
  }
}

import { describe, expect, it, vi } from "vitest";
import { REASONS } from "../../src/errors.ts";
import { emfMetrics } from "../../src/observe/metrics.ts";

interface Line {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
  readonly [member: string]: unknown;
}

function gatherer(options: object = {}) {
  const lines: Line[] = [];
  const metrics = emfMetrics({ clock: () => 1_795_176_000_000, write: (line) => void lines.push(JSON.parse(line) as Line), ...options });
  return { metrics, lines };
}

describe("metrics in the Embedded Metric Format", () => {
  it("name every value they hold, with its unit, under one dimension", () => {
    const { metrics, lines } = gatherer({ namespace: "Orders", service: "orders-api" });
    metrics.count("refused", "shop");
    metrics.count("token_expired", "shop");
    metrics.count("token_expired");
    metrics.duration(1.5);
    metrics.flush(0);
    expect(lines).toEqual([
      {
        _aws: {
          Timestamp: 1_795_176_000_000,
          CloudWatchMetrics: [
            {
              Namespace: "Orders",
              Dimensions: [["service"]],
              Metrics: [
                { Name: "refused", Unit: "Count" },
                { Name: "refused.shop", Unit: "Count" },
                { Name: "token_expired", Unit: "Count" },
                { Name: "token_expired.shop", Unit: "Count" },
                { Name: "duration", Unit: "Milliseconds" },
              ],
            },
          ],
        },
        service: "orders-api",
        refused: 1,
        "refused.shop": 1,
        token_expired: 2,
        "token_expired.shop": 1,
        duration: [1.5],
      },
    ]);
  });

  it("are written at once, and then at most every interval", () => {
    const { metrics, lines } = gatherer({ interval: 5_000 });
    for (let now = 0; now <= 20_000; now += 100) {
      metrics.count("allowed");
      metrics.flush(now);
    }
    expect(lines.map(({ allowed }) => allowed)).toEqual([1, 50, 50, 50, 50]);
  });

  it("are written at any time where that is asked for", () => {
    const { metrics, lines } = gatherer();
    for (const name of ["allowed", "failed"]) {
      metrics.count(name);
      metrics.flush(1, true);
    }
    expect(lines).toHaveLength(2);
    expect(lines[1]).not.toHaveProperty("allowed");
  });

  it("go to stdout by default, as a line that is nothing but JSON", () => {
    const written: string[] = [];
    const spy = vi.spyOn(process.stdout, "write").mockImplementation((text) => written.push(String(text)) > 0);
    const metrics = emfMetrics();
    metrics.count("allowed");
    metrics.flush(0);
    spy.mockRestore();
    expect(written).toHaveLength(1);
    expect(written[0]).toMatch(/^\{.*\}\n$/);
    expect(JSON.parse(written[0] ?? "")).toMatchObject({ service: "sallyport", allowed: 1 });
  });

  it("are not written where there is nothing to say", () => {
    const { metrics, lines } = gatherer();
    metrics.flush(0, true);
    expect(lines).toEqual([]);
  });

  it("keep the last hundred durations of many, as many as a line may hold", () => {
    const { metrics, lines } = gatherer();
    for (let value = 0; value < 250; value++) metrics.duration(value);
    metrics.flush(0);
    const durations = lines[0]?.["duration"] as number[];
    expect(durations.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => 150 + index));
  });

  it("fit into directives of a hundred, whatever fails for however many issuers", () => {
    const { metrics, lines } = gatherer();
    for (const code of Object.keys(REASONS)) for (const issuer of ["a", "b", "c", "d"]) metrics.count(code, issuer);
    metrics.flush(0);
    const directives = lines[0]?.["_aws"].CloudWatchMetrics ?? [];
    const names = directives.flatMap(({ Metrics }) => Metrics.map(({ Name }) => Name));
    expect(directives.every(({ Metrics }) => Metrics.length <= 100)).toBe(true);
    expect(names).toHaveLength(Object.keys(REASONS).length * 5);
    for (const name of names) expect(typeof lines[0]?.[name]).toBe("number");
  });
});

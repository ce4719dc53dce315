import { beforeAll, describe, expect, it } from "vitest";
import { testClock } from "../gateway/fixtures.ts";
import { bearer, deploy, KINDS } from "./apis.ts";
import { describeCache, describeContract } from "./contract.ts";
import { ISSUED_AT, type Sample, type SampleKeys, sampleKeys, samples } from "./sample-gateway.ts";
import { mint } from "./tokens.ts";

for (const name of ["HTTP API policy 1.0", "HTTP API policy 2.0"] as const) {
  describeContract(name);
  describeCache(name);
}

describe("HTTP API: an answer of the other form", () => {
  let keys: SampleKeys;
  beforeAll(async () => {
    keys = await sampleKeys();
  });

  it.each([
    ["HTTP API", "HTTP API policy 2.0"],
    ["HTTP API policy 2.0", "HTTP API"],
  ] as const)("%s refuses everybody with the authorizer of %s", async (place, other) => {
    const api = deploy(place, { clock: testClock(ISSUED_AT), jwks: keys.jwks, factory: KINDS[other].factory });
    expect((await api.call("list", bearer(await mint(keys, samples[0] as Sample)))).status).toBe(500);
    expect(api.served).toEqual([]);
  });
});

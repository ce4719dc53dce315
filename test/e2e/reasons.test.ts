import { beforeAll, describe, expect, it } from "vitest";
import { createVerifier } from "../../src/index.ts";
import { gateway, ISSUED_AT, type SampleKeys, sampleKeys, samples } from "./sample-gateway.ts";
import { BAD_TOKENS, mint } from "./tokens.ts";

// The API types answer 401 to all of these alike; here each must fail for its own reason.
describe.each(samples)("the reasons for $provider", (sample) => {
  const clock = () => ISSUED_AT;
  let keys: SampleKeys;
  beforeAll(async () => {
    keys = await sampleKeys();
  });

  it("none for a good token", async () => {
    const verifier = createVerifier(gateway, { clock, jwks: keys.jwks });
    expect(await verifier.verify(await mint(keys, sample))).toEqual(sample.principal);
  });

  it.each(BAD_TOKENS)("$what", async ({ make, codes }) => {
    const verifier = createVerifier(gateway, { clock, jwks: keys.jwks });
    const failure: unknown = await verifier.verify(await make(keys, sample)).then(
      () => null,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(Error);
    expect(codes).toContain((failure as { code?: unknown }).code);
  });

  it("keys unavailable", async () => {
    const verifier = createVerifier(gateway, { clock, jwks: {} });
    await expect(verifier.verify(await mint(keys, sample))).rejects.toMatchObject({ code: "keys_unavailable" });
  });
});

import { beforeAll, describe, expect, it } from "vitest";
import { keyDocument } from "../../local/identity-provider/key-documents.ts";
import { mint, VARIANTS } from "../../local/identity-provider/mint.ts";
import { type TwinIssuer, twinIssuers } from "../../local/identity-provider/twin-issuer.ts";
import { explain } from "../../src/explain/explain.ts";
import type { Fetch } from "../../src/keys/download.ts";
import { SAMPLE_ISSUERS, sampleGateway } from "../local/sample-issuers.ts";

const NOW = 1_795_420_680;
const gateway = sampleGateway();
let twins: readonly TwinIssuer[] = [];
beforeAll(async () => void (twins = await twinIssuers(gateway)));

const fetch: Fetch = async (url) => Response.json(keyDocument(twins, url));

/** How each way of spoiling a token ends, and at which step. */
const ENDS: Readonly<Record<(typeof VARIANTS)[number], readonly [code: RegExp, step: RegExp]>> = {
  valid: [/^null$/, /^null$/],
  expired: [/^token_expired$/, /^expiry$/],
  "wrong-audience": [/^(audience_mismatch|client_not_allowed)$/, /^(audience|client)$/],
  unsigned: [/^token_malformed$/, /^form$/],
  tampered: [/^signature_invalid$/, /^signature$/],
  "other-key": [/^signature_invalid$/, /^signature$/],
};

describe.each(Object.keys(SAMPLE_ISSUERS))("tokens of the twin's %s", (name) => {
  it.each(VARIANTS)("that are %s are explained", async (variant) => {
    const twin = twins.find(({ issuer }) => issuer.name === name);
    const persona = twin?.personas[0];
    if (twin === undefined || persona === undefined) throw new Error(`nobody at ${name}`);
    const token = await mint(twin, persona, { now: NOW, variant, others: twins });
    const { failure, steps, issuer } = await explain(gateway, token, { clock: () => NOW * 1_000, fetch });
    const [code, step] = ENDS[variant];
    expect(String(failure?.code ?? null)).toMatch(code);
    expect(String(steps.find(({ status }) => status === "failed")?.id ?? null)).toMatch(step);
    expect(issuer?.name ?? null).toBe(variant === "unsigned" ? null : name);
  });
});

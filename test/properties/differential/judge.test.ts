import { describe, expect, it } from "vitest";
import { GOOD, unsigned } from "./cases.ts";
import { createJudge } from "./judge.ts";
import { PEERS } from "./peers.ts";
import { KEYS } from "./subject.ts";

const [good = "", other = ""] = GOOD;
const refused = `${unsigned(good)}.AAAA`;

/** A library that answers the same to everything, and counts how often it is asked. */
function peerThat(accepts: boolean) {
  const asked: string[] = [];
  const peers = {
    peer: async (token: string) => {
      asked.push(token);
      return accepts;
    },
  };
  return { asked, peers };
}

describe("the judge", () => {
  it("asks every library about every token that is accepted", async () => {
    const { asked, peers } = peerThat(true);
    const { judge } = createJudge({ every: 1_000, peers });
    for (const token of [good, other, good]) await judge({ token });
    expect(asked).toEqual([good, other, good]);
  });

  it("throws where one of them refuses what is accepted, however late", async () => {
    for (const name of Object.keys(PEERS)) {
      const { asked, peers } = peerThat(true);
      const { judge } = createJudge({ every: 1_000, peers: { ...peers, [name]: async () => asked.length < 3 } });
      for (const token of [good, good]) await judge({ token });
      await expect(judge({ token: good })).rejects.toThrow(`accepted, but ${name} refuses`);
    }
  });

  it("asks about one refusal in so many, the first included", async () => {
    const { asked, peers } = peerThat(false);
    const { judge } = createJudge({ every: 2, peers: { ...peers, all: async () => true } });
    await expect(judge({ token: refused })).rejects.toThrow("all accepts what is refused as signature_invalid");
    await expect(judge({ token: refused })).resolves.toBeUndefined();
    await expect(judge({ token: refused })).rejects.toThrow("no rule explains it");
    expect(asked).toEqual([refused, refused]);
  });

  it("asks no library that knows only the usual keys about another key set", async () => {
    const { asked, peers } = peerThat(false);
    const { judge } = createJudge({ every: 1_000, peers });
    await judge({ token: good, keys: KEYS });
    expect(asked).toEqual([]);
  });
});

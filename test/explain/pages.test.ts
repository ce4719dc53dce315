import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { createKit } from "./kit.ts";
import { blockOf, pageBlocks } from "./pages.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

it("the pages show what the commands print", async () => {
  const blocks = await pageBlocks(await createKit(), `${root}test/doctor/examples/`);
  const pages = ["docs/explain.md", "docs/doctor.md"].map((page) => readFileSync(root + page, "utf8")).join("\n");
  for (const [name, block] of Object.entries(blocks)) expect(blockOf(pages, name), name).toBe(block);
});

import { CHECKS, examine } from "../../src/doctor/doctor.ts";
import { renderExamination } from "../../src/doctor/render.ts";
import { renderExplanation } from "../../src/explain/render.ts";
import { readApis } from "../../cli/read-templates.ts";
import { HEALTHY } from "../doctor/gateways.ts";
import { explain } from "../../src/explain/explain.ts";
import { defineRoutes } from "../../src/index.ts";
import { gateway, type Kit, NOW } from "./kit.ts";

/** What the pages show, by the comment that stands before it. */
export async function pageBlocks(kit: Kit, examples: string): Promise<Readonly<Record<string, string>>> {
  const id = await kit.good("pool", {
    claims: { token_use: "id", aud: "web-client", nonce: "n-1", scope: undefined, client_id: undefined },
  });
  const dropped = await kit.good("pool", { claims: { scope: "openid orders.read" } });
  const fallback = { ...gateway, routes: new Map([...gateway.routes, ...defineRoutes({ $default: "authenticated" }).routes]) };
  const missing = await explain(fallback, await kit.good("pool"), { clock: () => NOW * 1_000, jwks: kit.jwks, route: "GET /order" });
  const [path, name] = [`${examples}cache-shared-by-routes.yaml`, "template.yaml"];
  const apis = (await readApis([path])).map((api) => ({ ...api, file: name }));
  const findings = examine({ gateway: HEALTHY, apis, probes: [], discoveries: [] });
  return {
    "id-token": fence(renderExplanation(await kit.explain(id))),
    dropped: fence(renderExplanation(await kit.explain(dropped, { route: "GET /orders" }))),
    default: fence(parts(renderExplanation(missing), 0, 2, -1)),
    finding: fence(renderExamination({ findings, apis, probes: [] })),
    checks: [
      "| check | | |\n|-|-|-|",
      ...CHECKS.map(({ id, severity, title }) => `| \`${id}\` | ${severity} | ${title} |`),
      "<!-- /checks -->",
    ].join("\n"),
  };
}

/** Some of what is said, by its place. */
function parts(text: string, ...places: readonly number[]): string {
  const blocks = text.split("\n\n");
  return places.map((place) => blocks.at(place)).join("\n\n…\n\n");
}

const fence = (text: string) => `\`\`\`text\n${text}\n\`\`\``;

/** What stands on a page behind a comment: a fence, or everything up to the closing comment. */
export function blockOf(page: string, name: string): string | null {
  const start = page.indexOf(`<!-- ${name} -->\n`);
  if (start < 0) return null;
  const rest = page.slice(start + `<!-- ${name} -->\n`.length);
  const end = rest.startsWith("```") ? "\n```" : `<!-- /${name} -->`;
  return rest.slice(0, rest.indexOf(end, 3) + end.length);
}

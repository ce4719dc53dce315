import { defineCommand } from "citty";
import { ConfigurationError } from "../src/config/report.ts";
import { gatewayResponses } from "../src/gateway/gateway-responses.ts";
import { attempt, checkArguments, UsageError } from "./usage.ts";

const ARGS = {
  origin: { type: "string", description: "the one web page that may read the answers, such as https://app.example; * for any, - for none" },
  api: { type: "string", description: "the API's logical id in the template", default: "ApiGatewayRestApi" },
  metadata: { type: "string", description: "the URL of the API's own description (RFC 9728), for challenges" },
  reasons: { type: "boolean", description: "tell callers the reason code of a denial", default: false },
} as const;

/** `sallyport gateway-responses`: the resources for a REST API's own answers, as JSON, which CloudFormation's YAML includes. */
export const responses = defineCommand({
  meta: { name: "gateway-responses", description: "Print CloudFormation resources for what a REST API itself answers" },
  args: ARGS,
  run: ({ args: { origin, api, metadata, reasons }, rawArgs }) =>
    attempt(() => {
      checkArguments(rawArgs, ARGS, "gateway-responses");
      if (!origin) throw new UsageError("say which web page may read the answers: --origin https://app.example, or --origin - for none.");
      const options = { restApi: api, origin: origin === "-" ? null : origin, resourceMetadata: metadata ?? null, reasons };
      console.log(JSON.stringify({ Resources: print(options) }, null, 2));
    }),
});

function print(options: Parameters<typeof gatewayResponses>[0]): object {
  try {
    return gatewayResponses(options);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new UsageError(error.problems.map(({ path, message, fix }) => `${path.split(".").at(-1)} ${message} ${fix}`).join("\n"));
  }
}

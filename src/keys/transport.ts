import type { IncomingMessage } from "node:http";
import type { Fetch, FetchAnswer } from "./download.ts";

/**
 * The default transport: Node's own client, loaded when a request is really made, because loading it (or undici, behind
 * `globalThis.fetch`) costs a cold start more than the gateway itself. Follows no redirect and takes no content coding.
 * Every request opens its own connection: one kept alive would die unnoticed while Lambda freezes the sandbox.
 */
export const httpsFetch: Fetch = async (url, { method, body, headers, signal }) => {
  // Not import(): listing the exports of node:http for it would load undici as well.
  const { request } = process.getBuiltinModule(url.startsWith("https:") ? "node:https" : "node:http");
  const message = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request(url, { method, headers, signal, agent: false }, resolve);
    sent.on("error", reject);
    sent.end(body);
  });
  return toAnswer(message);
};

function toAnswer(message: IncomingMessage): FetchAnswer {
  if ((message.headers["content-encoding"] ?? "identity") !== "identity") {
    message.destroy();
    throw new Error("The answer has a content coding that was not asked for.");
  }
  const get = (name: string) => message.headers[name.toLowerCase()]?.toString() ?? null;
  return { status: message.statusCode ?? 0, headers: { get }, body: message };
}

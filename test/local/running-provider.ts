import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { type IdentityProvider, identityProvider, type IdentityProviderOptions } from "../../local/identity-provider/server.ts";
import { listen, type Running } from "../../local/listen.ts";
import { freePorts } from "./free-ports.ts";
import { sampleGateway } from "./sample-issuers.ts";

/** One request that the stand-in for the API was sent. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** The identity provider of the sample gateway, and an API that notes what it is sent. */
export interface RunningProvider extends Running, IdentityProvider {
  readonly idp: string;
  readonly received: Received[];
}

interface ProviderOptions extends IdentityProviderOptions {
  /** Default: any that is free. */
  readonly port?: number;
  /** The API's status for a request. */
  readonly answer?: (request: Received) => Promise<number>;
}

export async function startProvider(
  gateway = sampleGateway(),
  { answer = async () => 200, port: given, ...options }: ProviderOptions = {},
): Promise<RunningProvider> {
  const [free = 0, apiPort = 0] = await freePorts(2);
  const port = given ?? free;
  const received: Received[] = [];
  const api = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => void chunks.push(chunk));
    void once(request, "end").then(async () => {
      const { method = "", url = "", headers } = request;
      const note = { method, path: url, headers, body: Buffer.concat(chunks).toString() };
      received.push(note);
      return response.writeHead(await answer(note)).end("{}");
    });
  });
  const provider = await identityProvider(gateway, port, `http://127.0.0.1:${apiPort}`, options);
  const running = await Promise.all([listen(provider.server, port), listen(api, apiPort)]);
  const stop = async () => void (await Promise.all(running.map((part) => part.stop())));
  return { ...provider, idp: `http://127.0.0.1:${port}`, received, stop };
}

import { once } from "node:events";
import type { Server } from "node:http";

/** Something that runs until it is stopped. */
export interface Running {
  readonly stop: () => Promise<void>;
}

/** Opens a server on 127.0.0.1, and only there. */
export async function listen(server: Server, port: number): Promise<Running> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    stop: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

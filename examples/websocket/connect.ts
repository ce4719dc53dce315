import { guard } from "../../src/guard/index.ts";
import { routes } from "./routes.ts";

/** `$connect`: the authorizer has let the caller in, so the connection may open. */
export const handler = guard(routes, async () => ({ statusCode: 200 }));

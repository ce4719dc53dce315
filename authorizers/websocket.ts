import gateway from "../gateway.config.ts";
import { webSocketAuthorizer } from "../src/index.ts";

export const handler = webSocketAuthorizer(gateway);

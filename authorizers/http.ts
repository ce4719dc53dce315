import gateway from "../gateway.config.ts";
import { httpAuthorizer } from "../src/index.ts";

export const handler = httpAuthorizer(gateway);

import gateway from "../gateway.config.ts";
import { restTokenAuthorizer } from "../src/index.ts";

export const handler = restTokenAuthorizer(gateway);

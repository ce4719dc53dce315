import gateway from "../gateway.config.ts";
import { restRequestAuthorizer } from "../src/index.ts";

export const handler = restRequestAuthorizer(gateway);

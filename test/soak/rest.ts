import { restRequestAuthorizer } from "../../src/index.ts";
import { gateway } from "./gateway.ts";

export const handler = restRequestAuthorizer(gateway);

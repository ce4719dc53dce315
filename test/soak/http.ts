import { httpAuthorizer } from "../../src/index.ts";
import { gateway } from "./gateway.ts";

export const handler = httpAuthorizer(gateway);

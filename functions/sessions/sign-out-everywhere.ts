import { routes } from "../../gateway.routes.ts";
import { revocations } from "../../gateway.sessions.ts";
import { signOutEverywhere } from "../../src/sessions/sign-out.ts";
import { providers } from "./providers.ts";

/** `POST /session/sign-out-everywhere`: every session, on every device. */
export const handler = signOutEverywhere(routes, { revocations, providers });

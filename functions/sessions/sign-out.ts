import { routes } from "../../gateway.routes.ts";
import { revocations } from "../../gateway.sessions.ts";
import { signOut } from "../../src/sessions/sign-out.ts";
import { providers } from "./providers.ts";

/** `POST /session/sign-out`: this session, on this device. */
export const handler = signOut(routes, { revocations, providers });

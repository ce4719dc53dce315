import { defineCommand, runMain } from "citty";
import { doctor } from "./doctor.ts";
import { explain } from "./explain.ts";
import { responses } from "./gateway-responses.ts";
import { keys } from "./keys.ts";
import { revoke } from "./revoke.ts";
import { token } from "./token.ts";

const sallyport = defineCommand({
  meta: { name: "sallyport", description: "Tools for a gateway on this machine" },
  subCommands: { token, explain, doctor, keys, "gateway-responses": responses, revoke },
});

/** Runs `sallyport ...` with the arguments of this process. */
export const run = (): Promise<void> => runMain(sallyport);

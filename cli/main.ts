import { defineCommand, runMain } from "citty";
import { doctor } from "./doctor.ts";
import { explain } from "./explain.ts";
import { responses } from "./gateway-responses.ts";
import { keys } from "./keys.ts";
import { revoke } from "./revoke.ts";
import { token } from "./token.ts";

await runMain(
  defineCommand({
    meta: { name: "sallyport", description: "Tools for a gateway on this machine" },
    subCommands: { token, explain, doctor, keys, "gateway-responses": responses, revoke },
  }),
);

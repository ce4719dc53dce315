import { defineCommand, runMain } from "citty";
import { keys } from "./keys.ts";
import { token } from "./token.ts";

await runMain(
  defineCommand({
    meta: { name: "sallyport", description: "Tools for a gateway on this machine" },
    subCommands: { token, keys },
  }),
);

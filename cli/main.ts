import { defineCommand, runMain } from "citty";
import { token } from "./token.ts";

await runMain(
  defineCommand({
    meta: { name: "sallyport", description: "Tools for a gateway on this machine" },
    subCommands: { token },
  }),
);

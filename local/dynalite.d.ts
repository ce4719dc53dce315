declare module "dynalite" {
  import type { Server } from "node:http";

  /** A DynamoDB that lives in this process. */
  export default function dynalite(options?: { readonly createTableMs?: number }): Server;
}

import { isMainThread } from "node:worker_threads";

// Loaded into serverless-offline: should the twin be killed too suddenly to stop it, it goes as well.
if (isMainThread && process.channel !== undefined) {
  process.once("disconnect", () => process.exit());
  process.channel?.unref();
}

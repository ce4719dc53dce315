import type { DocumentClient } from "./document-client.ts";
import { lazily } from "../lazily.ts";
import type * as sdkModule from "./dynamo-sdk.ts";

/** The SDK's classes and one client. */
export type Dynamo = typeof sdkModule & { readonly client: DocumentClient };

/**
 * Loads the SDK when first called, and makes a client of the runtime's own region and credentials where none is given.
 * A load that fails is tried again at the next call.
 */
export const lazyDynamo = (given?: DocumentClient): (() => Promise<Dynamo>) => lazily(async () => open(given));

async function open(given: DocumentClient | undefined): Promise<Dynamo> {
  const sdk = await import("./dynamo-sdk.ts");
  // More than one attempt: after a freeze the pool's connections may all be dead, and the first request on each of them fails.
  return { ...sdk, client: given ?? sdk.DynamoDBDocumentClient.from(new sdk.DynamoDBClient({ maxAttempts: 3 })) };
}

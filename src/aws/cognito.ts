import type { CognitoClient } from "./cognito-client.ts";
import type * as sdk from "./cognito-sdk.ts";
import { lazily } from "../lazily.ts";

/** The SDK's classes and one client. */
export type Cognito = typeof sdk & { readonly client: CognitoClient };

/** The region in front of a user pool's id. */
const regionOf = (userPoolId: string): string => userPoolId.split("_")[0] ?? "";

/** Loads the SDK when first called, and makes a client for the pool's region where none is given. */
export const lazyCognito = (userPoolId: string, given?: CognitoClient): (() => Promise<Cognito>) =>
  lazily(async () => {
    const loaded = await import("./cognito-sdk.ts");
    return { ...loaded, client: given ?? new loaded.CognitoIdentityProviderClient({ region: regionOf(userPoolId) }) };
  });

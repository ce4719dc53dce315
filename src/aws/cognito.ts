import { lazily } from "../lazily.ts";

/** The part of `CognitoIdentityProviderClient` (`@aws-sdk/client-cognito-identity-provider`) that is used. */
export interface CognitoClient {
  send(command: object): Promise<unknown>;
}

/** The SDK's classes and one client. */
export type Cognito = typeof import("./cognito-sdk.ts") & { readonly client: CognitoClient };

/** The region in front of a user pool's id. */
export const regionOf = (userPoolId: string): string => userPoolId.split("_")[0] ?? "";

/** Loads the SDK when first called, and makes a client for the pool's region where none is given. */
export const lazyCognito = (userPoolId: string, given?: CognitoClient): (() => Promise<Cognito>) =>
  lazily(async () => {
    const sdk = await import("./cognito-sdk.ts");
    return { ...sdk, client: given ?? new sdk.CognitoIdentityProviderClient({ region: regionOf(userPoolId) }) };
  });

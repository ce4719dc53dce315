/** The part of `CognitoIdentityProviderClient` (`@aws-sdk/client-cognito-identity-provider`) that is used. */
export interface CognitoClient {
  send(command: object): Promise<unknown>;
}

// The AWS SDK's Cognito client and the commands in use, and nothing else of it. Only ever imported with `import()`, like dynamo-sdk.ts.
export {
  AdminGetUserCommand,
  AdminUserGlobalSignOutCommand,
  CognitoIdentityProviderClient,
  GetUserCommand,
  GlobalSignOutCommand,
  RevokeTokenCommand,
} from "@aws-sdk/client-cognito-identity-provider";

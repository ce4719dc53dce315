export { createTestTokens, type TestTokens, type TokenOptions } from "./tokens.ts";
export { authorizerContext, testPrincipal } from "./principals.ts";

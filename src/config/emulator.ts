/**
 * Whether this process is a function inside serverless-offline. It fills the claims of API Gateway's own authorizers from tokens that
 * nobody verified, so what relies on those claims refuses to start there. The variable can only ever make a gateway stricter.
 */
export const isEmulated = (): boolean => process.env["IS_OFFLINE"] === "true";

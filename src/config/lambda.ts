/** Whether this runs in a Lambda function, which answers its first request right after this code was loaded. */
export function isOnLambda(): boolean {
  return (process.env["AWS_LAMBDA_FUNCTION_NAME"] ?? "") !== "";
}

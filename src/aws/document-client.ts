/** The part of `DynamoDBDocumentClient` (`@aws-sdk/lib-dynamodb`) that is used. */
export interface DocumentClient {
  send(command: object, options?: { readonly abortSignal: AbortSignal }): Promise<unknown>;
}

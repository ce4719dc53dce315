import { hash, randomUUID } from "../node-crypto.ts";
import { lazyDynamo } from "../aws/dynamo.ts";
import { limited, type RevocationTable } from "./revocation-table.ts";
import { isConditionFailed } from "./revoker.ts";

/** Remembers which logout tokens have done their work. */
export interface ReplayRecord {
  /** Whether this token was used before. */
  isUsed(issuer: string, tokenId: string): Promise<boolean>;
  /** Marks it as used until a second since the epoch; answers whether this was the first time. */
  use(issuer: string, tokenId: string, until: number): Promise<boolean>;
}

/**
 * The record in the table of revocations. Its keys have a kind of their own: no revocation can be mistaken for one.
 * @param makeId a new id for each use
 */
export function createReplayRecord({ options }: RevocationTable, makeId: () => string = randomUUID): ReplayRecord {
  const { table: TableName } = options;
  const dynamo = lazyDynamo(options.client);
  const keyOf = (issuer: string, tokenId: string) => `${issuer}#logout#${hash("sha256", tokenId, "base64url")}`;
  return {
    async isUsed(issuer, tokenId) {
      const Key = { target: keyOf(issuer, tokenId) };
      return limited(async (abortSignal) => {
        const { client, GetCommand } = await dynamo();
        const answer = await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }), { abortSignal });
        return (answer as { readonly Item?: object }).Item !== undefined;
      });
    },
    async use(issuer, tokenId, until) {
      const useId = makeId();
      const input = {
        TableName,
        Item: { target: keyOf(issuer, tokenId), removeAt: until, useId },
        // The SDK sends a request again whose answer was lost: what that finds is this very use.
        ConditionExpression: "attribute_not_exists(target) OR useId = :useId",
        ExpressionAttributeValues: { ":useId": useId },
      };
      try {
        return await limited(async (abortSignal) => {
          const { client, PutCommand } = await dynamo();
          await client.send(new PutCommand(input), { abortSignal });
          return true;
        });
      } catch (error) {
        if (isConditionFailed(error)) return false;
        throw error;
      }
    },
  };
}

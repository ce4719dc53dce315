import { hash } from "../node-crypto.ts";
import { lazyDynamo } from "../aws/dynamo.ts";
import type { RevocationTable } from "./revocation-table.ts";
import { isConditionFailed } from "./revoker.ts";

/** Remembers which logout tokens have done their work. */
export interface ReplayRecord {
  /** Whether this token was used before. */
  isUsed(issuer: string, tokenId: string): Promise<boolean>;
  /** Marks it as used until a second since the epoch; answers whether this was the first time. */
  use(issuer: string, tokenId: string, until: number): Promise<boolean>;
}

/** The record in the table of revocations. Its keys have a kind of their own: no revocation can be mistaken for one. */
export function createReplayRecord({ options }: RevocationTable): ReplayRecord {
  const { table: TableName } = options;
  const dynamo = lazyDynamo(options.client);
  const keyOf = (issuer: string, tokenId: string) => `${issuer}#logout#${hash("sha256", tokenId, "base64url")}`;
  return {
    async isUsed(issuer, tokenId) {
      const { client, GetCommand } = await dynamo();
      const answer = await client.send(new GetCommand({ TableName, Key: { target: keyOf(issuer, tokenId) }, ConsistentRead: true }));
      return (answer as { readonly Item?: object }).Item !== undefined;
    },
    async use(issuer, tokenId, until) {
      const { client, PutCommand } = await dynamo();
      const Item = { target: keyOf(issuer, tokenId), removeAt: until };
      try {
        await client.send(new PutCommand({ TableName, Item, ConditionExpression: "attribute_not_exists(target)" }));
        return true;
      } catch (error) {
        if (isConditionFailed(error)) return false;
        throw error;
      }
    },
  };
}

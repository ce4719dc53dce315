import { ConditionalCheckFailedException, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { readConfig } from "../config.ts";
import type { Order, OrderPage, OrderStore, PageRequest } from "./orders.ts";

/** An item of the table: partition key `owner`, sort key `id`. */
type OrderItem = Order & { readonly owner: string };

/** Keeps orders in a DynamoDB table with partition key `owner` and sort key `id`, both strings. */
export function createOrderStore(client: DynamoDBClient, table: string): OrderStore {
  const documents = DynamoDBDocumentClient.from(client);
  const get = async (owner: string, id: string): Promise<Order | null> => {
    const { Item } = await documents.send(new GetCommand({ TableName: table, Key: { owner, id }, ConsistentRead: true }));
    return Item === undefined ? null : toOrder(Item as OrderItem);
  };
  return {
    get,
    list: (owner, page) => list(documents, table, owner, page),
    async add(owner, order) {
      const Item: OrderItem = { owner, ...order };
      try {
        await documents.send(new PutCommand({ TableName: table, Item, ConditionExpression: "attribute_not_exists(id)" }));
        return { order, added: true };
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
      const kept = await get(owner, order.id);
      if (kept === null) throw new Error("The order was removed while it was being placed again.");
      return { order: kept, added: false };
    },
  };
}

async function list(documents: DynamoDBDocumentClient, table: string, owner: string, { limit, after }: PageRequest): Promise<OrderPage> {
  const { Items, LastEvaluatedKey } = await documents.send(
    new QueryCommand({
      TableName: table,
      KeyConditionExpression: "#owner = :owner",
      ExpressionAttributeNames: { "#owner": "owner" },
      ExpressionAttributeValues: { ":owner": owner },
      Limit: limit,
      // The owner is the caller's own, whatever page was asked for.
      ...(after === null ? {} : { ExclusiveStartKey: { owner, id: after } }),
    }),
  );
  const next = LastEvaluatedKey?.["id"] as string | undefined;
  return { orders: ((Items ?? []) as OrderItem[]).map(toOrder), next: next ?? null };
}

const toOrder = ({ id, sku, quantity, note, status, placedAt }: OrderItem): Order => ({ id, sku, quantity, note, status, placedAt });

let store: OrderStore | undefined;

/** The store of this function's environment: made at the first call and kept while the function stays warm. */
export function orderStore(): OrderStore {
  // The SDK finds region, credentials and (on this machine) AWS_ENDPOINT_URL_DYNAMODB by itself.
  store ??= createOrderStore(new DynamoDBClient(), readConfig().ordersTable);
  return store;
}

// The AWS SDK's DynamoDB client and the commands in use, and nothing else of it. Only ever imported with `import()`: the build
// then puts it into a file of its own, which a cold start reads when a table is really asked.
export { DynamoDBClient } from "@aws-sdk/client-dynamodb";
export {
  BatchGetCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  ScanCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";

import { NO_CREDENTIALS } from "./database.ts";
import { REVOCATIONS_TABLE } from "./environment.ts";
import type { Ports } from "./ports.ts";

/** The variables that send the AWS SDK to the twin and its one table of revocations, with credentials that are good for nothing. */
export function awsEnvironment({ database, identity }: Pick<Ports, "database" | "identity">): Readonly<Record<string, string>> {
  return {
    AWS_ACCESS_KEY_ID: NO_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: NO_CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${database}`,
    AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: `http://127.0.0.1:${identity}`,
    AWS_EC2_METADATA_DISABLED: "true",
    REVOCATIONS_TABLE,
  };
}

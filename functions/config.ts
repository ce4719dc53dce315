/** What these functions read from their environment. Everything else about them is code. */
interface FunctionConfig {
  /** The name of the DynamoDB table that holds the orders. */
  readonly ordersTable: string;
}

/**
 * Reads the environment of a function.
 * @throws Error naming the variable that is missing
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>> = process.env): FunctionConfig {
  const ordersTable = environment["ORDERS_TABLE"];
  if (ordersTable === undefined || ordersTable === "") throw new Error("The environment variable ORDERS_TABLE is not set.");
  return { ordersTable };
}

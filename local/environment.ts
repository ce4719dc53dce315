/** The table of revocations, here. */
export const REVOCATIONS_TABLE = "sallyport-dev-revocations";

/**
 * Example values for every variable that `gateway.config.ts` reads: what the local twin runs with, and what a package built
 * only for inspection is filled with. None of these pools, tenants and domains exists.
 */
export const EXAMPLE_ENVIRONMENT: Readonly<Record<string, string>> = {
  CUSTOMERS_POOL_ID: "us-east-1_Loca1Twin",
  CUSTOMERS_WEB_CLIENT_ID: "3q8m1v5k7t2x9c4b6n0j8h5g2f",
  CUSTOMERS_SYNC_CLIENT_ID: "7w4r9p2s6d1z8l3y5u0k7e4a9c",
  PARTNERS_TENANT: "examplepartners",
  PARTNERS_TENANT_ID: "5c2e8f14-9a37-4b60-8d1f-2e7a6b90c3d5",
  PARTNERS_AUDIENCE: "e4b71d06-3c58-4f92-a6e0-9d2b8c5f7a13",
  SHOPS_DOMAIN: "example-shops.us.auth0.com",
  SHOPS_AUDIENCE: "https://api.shops.example/orders",
  SHOPS_CLIENT_ID: "k2V9xQ4mT7bH1cR8wZ5nJ0fL3sD6gP4y",
  REVOCATIONS_TABLE,
};

/** The environment with example values where it sets none of its own. */
export function withExampleEnvironment(environment: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  const missing = Object.entries(EXAMPLE_ENVIRONMENT).filter(([name]) => (environment[name] ?? "") === "");
  return { ...environment, ...Object.fromEntries(missing) };
}

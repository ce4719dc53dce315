import { toSettings } from "../../src/config/check-issuer.ts";
import { startReport } from "../../src/config/report.ts";
import type { Gateway } from "../../src/gateway.ts";
import { auth0 } from "../../src/providers/auth0.ts";
import { azureAdB2c } from "../../src/providers/azure-ad-b2c.ts";
import { cognito } from "../../src/providers/cognito.ts";
import { entraExternalId } from "../../src/providers/entra-external-id.ts";
import { entraId } from "../../src/providers/entra-id.ts";
import { google } from "../../src/providers/google.ts";
import { oidc } from "../../src/providers/oidc.ts";
import { okta } from "../../src/providers/okta.ts";
import type { Issuer, IssuerDefinition } from "../../src/providers/provider.ts";
import { defineRoutes } from "../../src/rules/define-routes.ts";
import { allOf, group, permission, role, scope } from "../../src/rules/rule.ts";

const GUID = "1b7e4c20-93a5-4d68-8f0e-6c2a9d5b7e31";
const API = "https://api.sample.example";
/** `orders:read` is `orders-api/orders:read` at every issuer of this test that has scopes. */
const vocabulary = { scopes: { strip: "orders-api/", map: { "Orders.Write": "orders:write" }, rest: "drop" } } as const;

/** One issuer of each provider, as a user might add it to the configuration. */
export const SAMPLE_ISSUERS: Readonly<Record<string, IssuerDefinition>> = {
  customers: cognito({ userPoolId: "eu-west-1_Sample123", clientIds: ["web", "sync"], vocabulary }),
  partners: azureAdB2c({ tenant: "sample", tenantId: GUID, policies: ["B2C_1_signin"], audience: GUID, vocabulary }),
  shops: auth0({ domain: "sample.eu.auth0.com", audience: API, vocabulary }),
  staff: entraId({ tenants: [GUID], audience: GUID, vocabulary }),
  anyone: entraId({ tenants: null, audience: GUID, vocabulary }),
  members: entraExternalId({ tenantId: GUID, tenants: [GUID], audience: GUID, vocabulary }),
  workers: okta({ issuer: "https://sample.okta.com/oauth2/default", audience: API, vocabulary }),
  visitors: google({ clientIds: ["web.apps.googleusercontent.com"] }),
  devices: oidc({ issuer: "https://idp.sample.example/realms/one", audience: API, algorithms: ["ES256"], vocabulary }),
};

/** A gateway of all of them, less the checks that `defineGateway` makes. */
export function sampleGateway(): Gateway {
  const { routes } = defineRoutes({
    "GET /orders": scope("orders:read"),
    "POST /orders": allOf(scope("orders:write"), group("buyers"), role("clerk"), permission("orders:create")),
  });
  const issuers = Object.entries(SAMPLE_ISSUERS).map(([name, definition]) => configured(name, definition));
  return { issuers, routes, forward: [], keys: { maxStale: 86_400 }, webSocketCredential: { queryParameter: null, subprotocol: null } };
}

function configured(name: string, { provider, options }: IssuerDefinition): Issuer {
  const settings = toSettings(name, provider, options);
  const problems: Parameters<typeof startReport>[0] = [];
  const dialect = provider.configure(options, settings, startReport(problems));
  if (dialect === null) throw new Error(problems.map(({ path, message }) => `${name}.${path} ${message}`).join("\n"));
  return { ...dialect, name, provider: provider.name, settings };
}

import type { JsonObject } from "../../src/json.ts";
import { MACHINE_SECRET } from "../identity-provider/provider.ts";
import { nativeNames, type TwinIssuer } from "../identity-provider/twin-issuer.ts";
import { SELF_SERVICE } from "../token-shapes/cognito.ts";
import { CognitoFailure } from "./failure.ts";
import { type Call, clientsOf, hasSecondFactor, type Pool, poolById, text } from "./pool.ts";
import { MINIMUM_PASSWORD } from "./users.ts";

/** `DescribeUserPool`. @throws CognitoFailure */
export function describeUserPool(call: Call): JsonObject {
  const pool = poolById(call);
  const { twin, id, since } = pool;
  return {
    UserPool: {
      Id: id,
      Name: `${twin.issuer.name}, on this machine`,
      Arn: `arn:aws:cognito-idp:${id.split("_")[0]}:000000000000:userpool/${id}`,
      Policies: { PasswordPolicy: { MinimumLength: MINIMUM_PASSWORD } },
      MfaConfiguration: twin.personas.some(hasSecondFactor) ? "OPTIONAL" : "OFF",
      UserPoolTier: "ESSENTIALS",
      IssuerConfiguration: { Type: new URL(twin.iss).host.startsWith("issuer-") ? "UPDATED" : "ORIGINAL" },
      EstimatedNumberOfUsers: twin.personas.filter(({ kind }) => kind === "user").length,
      CreationDate: since,
      LastModifiedDate: since,
    },
  };
}

/** `DescribeUserPoolClient`. @throws CognitoFailure */
export function describeUserPoolClient(call: Call): JsonObject {
  const pool = poolById(call);
  const clientId = text(call.request, "ClientId");
  if (!clientsOf(pool.twin).includes(clientId)) {
    throw new CognitoFailure("ResourceNotFoundException", `User pool client ${clientId} does not exist.`);
  }
  return { UserPoolClient: { ...common(pool, clientId), ...(clientId === pool.twin.webClientId ? web(pool.twin) : machine(pool.twin)) } };
}

const common = ({ twin, id }: Pool, clientId: string): JsonObject => ({
  UserPoolId: id,
  ClientId: clientId,
  ClientName: `${twin.issuer.name} ${clientId === twin.webClientId ? "web" : "machine"}`,
  AccessTokenValidity: 60,
  IdTokenValidity: 60,
  RefreshTokenValidity: 30,
  TokenValidityUnits: { AccessToken: "minutes", IdToken: "minutes", RefreshToken: "days" },
  AllowedOAuthFlowsUserPoolClient: true,
  PreventUserExistenceErrors: "ENABLED",
  EnableTokenRevocation: true,
});

const web = (twin: TwinIssuer): JsonObject => ({
  ExplicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
  AllowedOAuthFlows: ["code"],
  AllowedOAuthScopes: ["openid", "profile", "email", SELF_SERVICE, ...apiScopes(twin, "user")],
});

const machine = (twin: TwinIssuer): JsonObject => ({
  ClientSecret: MACHINE_SECRET,
  ExplicitAuthFlows: [],
  AllowedOAuthFlows: ["client_credentials"],
  AllowedOAuthScopes: apiScopes(twin, "client"),
});

const apiScopes = (twin: TwinIssuer, kind: "user" | "client"): readonly string[] => {
  const scopes = twin.personas.filter((persona) => persona.kind === kind).flatMap((persona) => persona.scopes);
  return [...new Set(nativeNames(scopes, twin.issuer.settings.vocabulary.scopes))];
};

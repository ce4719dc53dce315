import { auth0 } from "./auth0.ts";
import { azureAdB2c } from "./azure-ad-b2c.ts";
import { cognito } from "./cognito.ts";
import { entra } from "./entra.ts";
import { google } from "./google.ts";
import { oidc } from "./oidc.ts";
import { okta } from "./okta.ts";
import type { TokenShape } from "./shape.ts";

/** The shapes by the name of their provider. */
const SHAPES: Readonly<Record<string, TokenShape>> = {
  cognito,
  azureAdB2c,
  entraId: entra,
  entraExternalId: entra,
  auth0,
  okta,
  google,
  oidc,
};

/** The shape of a provider's tokens; that of standard OpenID Connect for a provider that has none of its own. */
export const shapeOf = (provider: string): TokenShape => SHAPES[provider] ?? oidc;

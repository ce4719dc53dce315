import { routes } from "../../gateway.routes.ts";
import { defineGateway, httpAuthorizer, oidc } from "../../src/index.ts";
import { AUDIENCE, ISSUER, KEYS_URL } from "./settings.ts";

const bench = oidc({ issuer: ISSUER, audience: AUDIENCE, jwksUri: KEYS_URL });

export const handler = httpAuthorizer(defineGateway({ issuers: { bench }, routes }));

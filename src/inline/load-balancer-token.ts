import type { TokenForm } from "../authorize.ts";
import { SallyportError } from "../errors.ts";
import { headerValues, type HeaderSource, onlyOne } from "../gateway/credential.ts";
import type { Gateway } from "../gateway.ts";
import { type Json, type JsonObject, member } from "../json.ts";
import { albOidcProvider } from "../providers/alb-oidc.ts";
import { decodePaddedToken } from "../token/decode.ts";

const HEADER = "x-amzn-oidc-data";

const isLoadBalancer = ({ provider }: Gateway["issuers"][number]) => provider === albOidcProvider.name;

/** Whether a request from behind a load balancer carries what that says of its user, and the gateway is configured to read it. */
export function hasLoadBalancerToken(gateway: Gateway, event: HeaderSource): boolean {
  if (!gateway.issuers.some(isLoadBalancer)) return false;
  return [event.headers, event.multiValueHeaders].some((headers) =>
    Object.keys(headers ?? {}).some((name) => name.toLowerCase() === HEADER),
  );
}

/**
 * The token of such a request. A bearer token beside it would make two callers of one.
 * @throws SallyportError `credential_ambiguous`
 */
export function readLoadBalancerToken(event: HeaderSource): string {
  const token = onlyOne(headerValues(event, HEADER));
  if (headerValues(event, "authorization").length > 0) throw new SallyportError("credential_ambiguous");
  return token;
}

/** How such a token is read: padded, its issuer the load balancer that signed it, its expiry and client in the header. */
export const LOAD_BALANCER_TOKEN: TokenForm = {
  decode(text) {
    const token = decodePaddedToken(text);
    const { members } = token.header;
    return { ...token, claims: { ...token.claims, exp: expiry(members, token.claims), client: member(members, "client") } };
  },
  findIssuer(gateway, { header }) {
    const signer = member(header.members, "signer");
    const issuer = gateway.issuers.find((one) => isLoadBalancer(one) && one.issuers.some((arn) => arn === signer));
    if (issuer === undefined || typeof signer !== "string") throw new SallyportError("issuer_unknown");
    return { issuer, iss: signer };
  },
};

/** The header's expiry, or the payload's where that is earlier. */
function expiry(header: JsonObject, claims: JsonObject): Json {
  const [signed, stated] = [member(header, "exp"), member(claims, "exp")];
  if (signed === undefined) throw new SallyportError("claim_missing");
  if (typeof signed !== "number" || (stated !== undefined && typeof stated !== "number")) throw new SallyportError("claim_malformed");
  return Math.min(signed, stated ?? signed);
}

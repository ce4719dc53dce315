/** What the handlers compared are told by the bench: whose tokens to accept, and where the keys are. */
export const { ISSUER = "", AUDIENCE = "", KEYS_URL = "" } = process.env;

/** The members of an HTTP API authorizer's event that the peers' handlers read. */
export interface HttpEvent {
  readonly headers: { readonly authorization: string };
}

export const tokenOf = ({ headers }: HttpEvent) => headers.authorization.slice("Bearer ".length);

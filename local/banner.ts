import type { TwinIssuer } from "./identity-provider/twin-issuer.ts";
import { PERSONA_PASSWORD } from "./personas.ts";
import type { Ports } from "./ports.ts";

/** What the twin prints once it is ready: where everything is, who can get tokens, and three commands to copy. */
export function banner(ports: Ports, issuers: readonly TwinIssuer[], milliseconds: number): string {
  const personas = issuers.flatMap((twin) => twin.personas);
  const width = Math.max(...personas.map(({ name }) => name.length)) + 2;
  const api = `http://localhost:${ports.api}`;
  const someone = personas[0]?.name ?? "alice";
  // The command asks the twin where it usually is; a twin that moved has to be pointed out to it.
  const moved = ports.identity === 8477 ? "" : `SALLYPORT_IDP_PORT=${ports.identity} `;
  const token = `$(${moved}npx sallyport token --as ${someone})`;
  return `
Sallyport's local twin, ready in ${(milliseconds / 1000).toFixed(1)} s

  API        ${api}
  Sign-in    http://127.0.0.1:${ports.identity}
  DynamoDB   http://127.0.0.1:${ports.database}

Personas
${personas.map(({ name, about }) => `  ${name.padEnd(width)}${about}`).join("\n")}

Try
  curl -i ${api}/orders
  curl -H "Authorization: Bearer ${token}" ${api}/me
  curl -H "Authorization: Bearer ${token}" ${api}/orders

Every password is ${PERSONA_PASSWORD}, where one is looked at. Nothing is kept: sign-outs, new passwords and orders are forgotten.
Ctrl-C stops everything.
`;
}

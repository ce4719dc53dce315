import type { Issuer } from "../src/providers/provider.ts";
import { type Description, machine, PERSONAS, type Persona, type Rights, stockPersonas, user } from "./personas.ts";

type Example = Omit<Description, "issuer"> & { readonly kind: Persona["kind"] };

const READER = ["orders:read"];
const BUYER = ["orders:read", "orders:write"];

const ENTRA: readonly Example[] = [
  {
    kind: "user",
    name: "ines",
    about: "An Entra ID employee with a role, a security group and a delegated scope; may read orders.",
    subject: "4b0e8d72-6c15-4f93-a2d7-9e3f1b5c8a60",
    displayName: "Ines Example",
    email: "ines@staff.example",
    scopes: BUYER,
    roles: ["Orders.Approver"],
    groups: ["7d1f3a95-2e48-4b06-8c73-5a9e0d6b4f12"],
    methods: ["pwd", "mfa"],
  },
  {
    kind: "user",
    name: "oskar",
    about: "An Entra ID employee in so many groups that the token lists none of them: group rules cannot be proven.",
    subject: "d93c6a18-0f57-4e2b-9b84-1c7e5f2a3d06",
    displayName: "Oskar Example",
    email: "oskar@staff.example",
    scopes: BUYER,
    groupsCut: true,
  },
  {
    kind: "user",
    name: "mei",
    about: "A guest of the Entra ID tenant, whose own tenant signed her in; may read orders.",
    subject: "8e5b2c70-94d1-4a36-b60f-3d7a9c1e5f84",
    displayName: "Mei Example",
    email: "mei@guests.example",
    scopes: READER,
    federatedBy: "https://sts.windows.net/f2c7a914-5b3d-4e80-9a61-0d8e6c4b1f75/",
  },
  {
    kind: "client",
    name: "entra-app",
    about: "An Entra ID application with an app role and no user: its rights are roles, never scopes.",
    subject: "36f1d8a2-7b4c-4095-8e1d-c25a9f0e6b73",
    roles: ["Orders.Read.All"],
  },
];

const EXTERNAL: readonly Example[] = [
  {
    kind: "user",
    name: "hana",
    about: "An External ID customer with an account of her own; may read and place orders.",
    subject: "c5a80e37-1d62-4f9b-94c8-6b2d0f7e3a15",
    displayName: "Hana Example",
    email: "hana@members.example",
    scopes: BUYER,
  },
  {
    kind: "user",
    name: "tariq",
    about: "An External ID customer who came in through Google; may read orders.",
    subject: "0a7d4f61-8c29-4e53-b1f0-95e3c6a2d874",
    displayName: "Tariq Example",
    email: "tariq@members.example",
    scopes: READER,
    federatedBy: "google.com",
  },
  {
    kind: "client",
    name: "external-app",
    about: "An External ID application with an app role and no user.",
    subject: "b94e2d06-3f7a-4c81-a5d3-7e0c9b1f6a28",
    roles: ["Orders.Sync.All"],
  },
];

const OKTA: readonly Example[] = [
  {
    kind: "user",
    name: "emeka",
    about: "An Okta user with groups, one with a space in its name; may read and place orders.",
    subject: "00u7k2m9x4QbTzVw35d7",
    displayName: "Emeka Example",
    email: "emeka@suppliers.example",
    scopes: BUYER,
    groups: ["Everyone", "Night Shift"],
    methods: ["pwd", "otp", "mfa"],
  },
  {
    kind: "user",
    name: "lea",
    about: "An Okta user whose own company signed her in; may read orders.",
    subject: "00u1n8c5r6LpYxHs25d7",
    displayName: "Lea Example",
    email: "lea@suppliers.example",
    scopes: READER,
    methods: ["fed"],
    federatedBy: "0oa3e9t7w2KdJmRf45d7",
  },
  {
    kind: "client",
    name: "okta-app",
    about: "An Okta service application that reads orders.",
    subject: "0oa8f4v1z6GcNqBh65d7",
    scopes: READER,
  },
];

const GOOGLE: readonly Example[] = [
  {
    kind: "user",
    name: "yara",
    about: "A Google Workspace account: its domain is the tenant, and there are no rights beside it.",
    subject: "104720583916240857391",
    displayName: "Yara Example",
    email: "yara@workspace.example",
    organization: "workspace.example",
  },
  {
    kind: "user",
    name: "tomas",
    about: "A Google consumer account, which has no domain: refused where `tenants` lists some.",
    subject: "117386402951837465028",
    displayName: "Tomas Example",
    email: "tomas@mail.example",
  },
];

/** People and programs of providers that the shipped configuration does without, by the provider's name. */
const EXAMPLES: Readonly<Record<string, readonly Example[]>> = { entraId: ENTRA, entraExternalId: EXTERNAL, okta: OKTA, google: GOOGLE };

/**
 * Everybody an issuer has: those of `personas.ts` under its name; else the examples of its provider, under names of their own at
 * the first issuer of that provider and behind the issuer's name at others, and the stock ones.
 */
export function personasOf(issuer: Issuer, all: readonly Issuer[], rights: Rights): readonly Persona[] {
  const own = PERSONAS.filter((persona) => persona.issuer === issuer.name);
  if (own.length > 0) return own;
  const isFirst = all.find(({ provider }) => provider === issuer.provider) === issuer;
  const examples = Object.hasOwn(EXAMPLES, issuer.provider) ? (EXAMPLES[issuer.provider] ?? []) : [];
  return [...examples.map((example) => named(example, issuer, isFirst)), ...stockPersonas(issuer.name, rights, organizationOf(issuer))];
}

function named(example: Example, issuer: Issuer, isFirst: boolean): Persona {
  const name = isFirst ? example.name : `${issuer.name}-${example.name}`;
  const description = {
    ...example,
    name,
    issuer: issuer.name,
    ...(example.organization && { organization: organizationOf(issuer) ?? example.organization }),
  };
  return example.kind === "client" ? machine(description) : user(description);
}

/** Where `tenants` lists organizations or domains, only members of one can get in. Entra's tenants are in the issuer already. */
function organizationOf({ provider, settings }: Issuer): string | null {
  return provider.startsWith("entra") ? null : (settings.tenants?.[0] ?? null);
}

import { randomUUID } from "node:crypto";

/**
 * Somebody, or some program, that can get tokens from the local twin. Rights are written in the gateway's own names; the
 * twin turns them back into the issuer's names, the `vocabulary` of `gateway.config.ts` read backwards.
 */
export interface Persona {
  /** What `sallyport token --as` takes. */
  readonly name: string;
  /** The issuer's name in `gateway.config.ts`. */
  readonly issuer: string;
  readonly kind: "user" | "client";
  /** One line for the login page and the console. */
  readonly about: string;
  /** The stable id at the issuer. Machine clients are known by their client id instead. */
  readonly subject: string;
  readonly displayName: string;
  readonly email: string | null;
  readonly scopes: readonly string[];
  readonly roles: readonly string[];
  readonly groups: readonly string[];
  readonly permissions: readonly string[];
  /** How the person signed in (RFC 8176). */
  readonly methods: readonly string[];
  /** The provider that the issuer itself signed the person in with. */
  readonly federatedBy: string | null;
  /** An organization within the issuer, where the provider has such a thing. */
  readonly organization: string | null;
  /** Whether the token leaves the groups out because there are too many of them. */
  readonly groupsCut: boolean;
}

/** What has to be said of a persona; everything else has a default. */
export type Description = Pick<Persona, "name" | "issuer" | "about"> & Partial<Persona>;

/** Somebody who signs in. */
export const user = (description: Description): Persona => ({
  kind: "user",
  subject: randomUUID(),
  displayName: description.name,
  email: null,
  scopes: [],
  roles: [],
  groups: [],
  permissions: [],
  methods: ["pwd"],
  federatedBy: null,
  organization: null,
  groupsCut: false,
  ...description,
});

/** A program with credentials of its own. */
export const machine = (description: Description): Persona => ({ ...user(description), kind: "client", methods: [] });

/** The password of everybody, where one is looked at: it opens nothing outside this machine. */
export const PERSONA_PASSWORD = "Local-only-1";

/** The people and programs of the shipped configuration. Add your own here; nobody on this list exists. */
export const PERSONAS: readonly Persona[] = [
  user({
    name: "alice",
    issuer: "customers",
    about: "A Cognito customer who may read and place orders.",
    subject: "b4d8a458-2031-70f2-6c1e-3a5d9b7e0f14",
    displayName: "Alice Example",
    email: "alice@customers.example",
    scopes: ["orders:read", "orders:write"],
    groups: ["buyers"],
  }),
  user({
    name: "bob",
    issuer: "customers",
    about: "A Cognito customer without a scope for orders: signed in, and refused.",
    subject: "e468f4c8-90a1-7035-1b9d-6f2c8e5a7d30",
    displayName: "Bob Example",
    email: "bob@customers.example",
  }),
  user({
    name: "carol",
    issuer: "customers",
    about: "A Cognito customer with a second factor, who may read and place orders.",
    subject: "9a2c7e60-5b14-70d3-8f4a-1e6d0b3c5f72",
    displayName: "Carol Example",
    email: "carol@customers.example",
    scopes: ["orders:read", "orders:write"],
    groups: ["buyers"],
    methods: ["pwd", "otp", "mfa"],
  }),
  machine({
    name: "customers-machine",
    issuer: "customers",
    about: "A Cognito machine client that reads orders.",
    scopes: ["orders:read"],
  }),
  user({
    name: "noor",
    issuer: "partners",
    about: "A B2C partner who came in through Google and may read orders.",
    subject: "2f7a6c1e-5d84-4b39-9e02-8c1d3a5f7b60",
    displayName: "Noor Example",
    email: "noor@partners.example",
    scopes: ["orders:read"],
    methods: [],
    federatedBy: "google.com",
  }),
  machine({
    name: "partners-machine",
    issuer: "partners",
    about: "A B2C machine client that reads orders.",
    subject: "91c5e7d3-0b48-4f26-8a9d-4e7f2c6b1a05",
    scopes: ["orders:read"],
  }),
  user({
    name: "saskia",
    issuer: "shops",
    about: "An Auth0 shop manager with permissions, an organization and a second factor; may place orders.",
    subject: "auth0|6a1f3c5e7b9d0824c6e8f0a2",
    displayName: "Saskia Example",
    email: "saskia@shops.example",
    scopes: ["orders:read", "orders:write"],
    permissions: ["orders:read", "orders:create"],
    roles: ["admin"],
    methods: ["pwd", "otp", "mfa"],
    organization: "org_Ex4mpleHarbour",
  }),
  machine({
    name: "shops-machine",
    issuer: "shops",
    about: "An Auth0 machine client that reads orders.",
    scopes: ["orders:read"],
    permissions: ["orders:read"],
  }),
];

/** The names of rights that a route table speaks of. */
export type Rights = Pick<Persona, "scopes" | "roles" | "groups" | "permissions">;

/** For an issuer that has nobody above: one user and one machine client, who hold every right that the routes name. */
export function stockPersonas(issuer: string, rights: Rights, organization: string | null): readonly Persona[] {
  return [
    user({
      name: `${issuer}-user`,
      issuer,
      about: `A user of ${issuer} with every right that the routes name and its tokens can carry.`,
      methods: ["pwd", "mfa"],
      organization,
      ...rights,
    }),
    machine({ name: `${issuer}-machine`, issuer, about: `A machine client of ${issuer}, with the same rights.`, organization, ...rights }),
  ];
}

import type { JsonObject } from "../../src/json.ts";

/** What issuers write into tokens about a person, and credentials of other systems. None of it crosses the wall unasked. */
export const PERSONAL = {
  name: "Lila Okafor",
  given_name: "Lila",
  family_name: "Okafor",
  middle_name: "Q",
  nickname: "lil",
  email: "lila@personal.example",
  email_verified: true,
  emails: ["lila@personal.example", "second@personal.example"],
  phone_number: "+15550100",
  address: { locality: "Lagos" },
  birthdate: "1990-01-01",
  picture: "https://personal.example/lila.png",
  idp_access_token: "upstream-access",
  idp_refresh_token: "upstream-refresh",
  access_token: "another-access",
  refresh_token: "another-refresh",
  id_token: "another-id",
} as const satisfies JsonObject;

/** Those of which a principal's username and e-mail address are never read, at any provider. */
export const UNREAD: JsonObject = Object.fromEntries(
  Object.entries(PERSONAL).filter(([name]) => !["nickname", "email", "emails"].includes(name)),
);

/** A claim that is forwarded whole, with credentials inside it; and what of it crosses. */
export const HOLDER: JsonObject = {
  plan: "gold",
  idp_access_token: "upstream-access",
  parts: [{ id_token: "another-id", kept: [1, null, false] }, "text", { deep: { refresh_token: "another-refresh", access_token: {} } }],
};
export const CROSSING: JsonObject = { plan: "gold", parts: [{ kept: [1, null, false] }, "text", { deep: {} }] };

/** Credentials of other systems that some providers put into tokens. They stay outside whatever the configuration says. */
export const NEVER_FORWARDED = ["idp_access_token", "idp_refresh_token", "access_token", "refresh_token", "id_token"];

/** A compact JWS or JWE, whole or cut short: its header is the start of a JSON object, encoded. */
const TOKEN = /\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)*/g;

/** Whether a text holds a token, where an id or a reason belongs. */
export const holdsToken = (text: string): boolean => text.search(TOKEN) !== -1;

/** The text with every token in it left out. */
export const withoutTokens = (text: string): string => text.replaceAll(TOKEN, "(a token)");

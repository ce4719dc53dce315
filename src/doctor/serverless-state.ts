import type { DeclaredAuthorizer } from "./model.ts";
import { at, type Members, membersOf, textOf } from "./references.ts";

/** What makes two authorizers of one name two different ones. */
const SETTINGS = ["type", "resultTtlInSeconds", "identitySource", "identityValidationExpression"];

/**
 * The authorizers of a REST API as the functions' events declare them, once for each event: the template has one for each name,
 * and the last event's settings. From `serverless-state.json`, which Serverless leaves beside the template.
 */
export function declaredAuthorizers(state: unknown): readonly DeclaredAuthorizer[] {
  const functions = Object.values(membersOf(at(state, "service", "functions")));
  return functions.flatMap((one) => {
    const events = at(one, "events");
    return (Array.isArray(events) ? events : []).flatMap((event): DeclaredAuthorizer[] => {
      const authorizer = membersOf(at(event, "http", "authorizer"));
      const name = textOf(authorizer["name"]);
      return name === null ? [] : [{ name, settings: settingsOf(authorizer) }];
    });
  });
}

/** The state writes what it has written before as a reference to it, so the function itself is not compared. */
function settingsOf(authorizer: Members): string {
  return JSON.stringify(SETTINGS.map((name) => authorizer[name] ?? null));
}

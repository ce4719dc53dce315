import { expect, it } from "vitest";
import { EXAMPLE_ENVIRONMENT, withExampleEnvironment } from "../../local/environment.ts";

it("example values fill what is missing or empty, and replace nothing that is set", () => {
  const environment = withExampleEnvironment({ SHOPS_DOMAIN: "mine.eu.auth0.com", SHOPS_AUDIENCE: "", OTHER: "kept" });
  expect(environment).toEqual({ ...EXAMPLE_ENVIRONMENT, SHOPS_DOMAIN: "mine.eu.auth0.com", OTHER: "kept" });
});

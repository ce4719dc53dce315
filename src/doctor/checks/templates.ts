import type { Check } from "../check.ts";
import { CDK_TEMPLATES, USUAL_TEMPLATES } from "../template.ts";

const PLACES = [...USUAL_TEMPLATES, `${CDK_TEMPLATES.folder}/*${CDK_TEMPLATES.ending}`].join(", ");

/** What there was to read. */
export const TEMPLATE_CHECKS: readonly Check[] = [
  {
    id: "no-api-read",
    severity: "warning",
    title: "no template was read, or none with an API",
    find: ({ apis, templates }) => {
      if (templates === undefined || apis.length > 0) return [];
      const what = templates.length === 0 ? "No template was read" : "The templates that were read hold no API";
      return [
        {
          where: templates.length === 0 ? "templates" : templates.join(", "),
          why: `${what}: nothing is said about routes and authorizers.`,
          fix: `Package or synthesize first, or name templates with --template. Without it they are looked for here: ${PLACES}.`,
        },
      ];
    },
  },
];

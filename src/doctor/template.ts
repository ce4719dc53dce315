import { readCloudFormation } from "./cloudformation.ts";
import type { DeployedApi } from "./model.ts";
import { withDefaults } from "./parameters.ts";
import { at, membersOf, resourcesOf } from "./references.ts";
import { readSam } from "./sam.ts";

/** Where Serverless and SAM leave their templates, from the project's root. */
export const USUAL_TEMPLATES = [".serverless/cloudformation-template-update-stack.json", "template.yaml", "template.yml"];
/** Where CDK leaves its own, and how their names end. */
export const CDK_TEMPLATES = { folder: "cdk.out", ending: ".template.json" };

/**
 * The APIs of a parsed template: of CloudFormation, as Serverless and CDK write it, or of SAM.
 * @param file what findings call it
 * @param state the `serverless-state.json` beside it, parsed; undefined: there is none
 */
export function readTemplate(file: string, document: unknown, state?: unknown): readonly DeployedApi[] {
  const settled = withDefaults(document);
  const template = { file, resources: resourcesOf(settled), state };
  return [...readCloudFormation(template), ...readSam(template, membersOf(at(settled, "Globals")))];
}

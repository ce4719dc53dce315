import { readCloudFormation } from "./cloudformation.ts";
import type { DeployedApi } from "./model.ts";
import { at, membersOf, resourcesOf } from "./references.ts";
import { readSam } from "./sam.ts";

/**
 * The APIs of a parsed template: of CloudFormation, as Serverless and CDK write it, or of SAM.
 * @param file what findings call it
 * @param state the `serverless-state.json` beside it, parsed; undefined: there is none
 */
export function readTemplate(file: string, document: unknown, state?: unknown): readonly DeployedApi[] {
  const template = { file, resources: resourcesOf(document), state };
  return [...readCloudFormation(template), ...readSam(template, membersOf(at(document, "Globals")))];
}

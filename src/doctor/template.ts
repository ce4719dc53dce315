import { readCloudFormation } from "./cloudformation.ts";
import type { DeployedApi } from "./model.ts";
import { at, membersOf, resourcesOf } from "./references.ts";
import { readSam } from "./sam.ts";

/**
 * The APIs of a parsed template: of CloudFormation, as Serverless and CDK write it, or of SAM.
 * @param file what findings call it
 */
export function readTemplate(file: string, document: unknown): readonly DeployedApi[] {
  const template = { file, resources: resourcesOf(document) };
  return [...readCloudFormation(template), ...readSam(template, membersOf(at(document, "Globals")))];
}

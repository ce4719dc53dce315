import type { DeployedApi } from "../../src/doctor/model.ts";
import { readTemplate } from "../../src/doctor/template.ts";

export type Resources = Readonly<Record<string, object>>;

export const resource = (Type: string, Properties: object): object => ({ Type, Properties });

export const read = (Resources: Resources, state?: unknown): readonly DeployedApi[] => readTemplate("template.json", { Resources }, state);

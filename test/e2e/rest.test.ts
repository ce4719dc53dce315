import { describeCache, describeContract, describeOpenRoutes } from "./contract.ts";

for (const name of ["REST TOKEN", "REST REQUEST"] as const) {
  describeContract(name);
  describeOpenRoutes(name);
  describeCache(name);
}

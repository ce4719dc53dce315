import { describeCache, describeContract } from "./contract.ts";

for (const name of ["REST TOKEN", "REST REQUEST"] as const) {
  describeContract(name);
  describeCache(name);
}

import { describeContract } from "./contract.ts";

for (const name of ["AppSync", "Function URL", "load balancer"] as const) describeContract(name);

import { describeCache, describeContract, describeOpenRoutes } from "./contract.ts";

describeContract("HTTP API");
describeOpenRoutes("HTTP API");
describeCache("HTTP API");

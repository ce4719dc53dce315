import { describeCache, describeContract } from "./contract.ts";

describeContract("HTTP API");
describeCache("HTTP API");

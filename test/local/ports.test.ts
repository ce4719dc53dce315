import { describe, expect, it } from "vitest";
import { identityUrl, readPorts } from "../../local/ports.ts";

describe("the ports of the twin", () => {
  it("are the usual ones unless the environment says otherwise", () => {
    expect(readPorts({})).toEqual({ api: 3000, identity: 8477, database: 8478, lambda: 8479 });
    expect(readPorts({ SALLYPORT_PORT: "3100", SALLYPORT_DB_PORT: "" })).toMatchObject({ api: 3100, database: 8478 });
    expect(identityUrl({ SALLYPORT_IDP_PORT: "9000" })).toBe("http://127.0.0.1:9000");
  });

  it.each(["abc", "0", "65536", "30.5", "-1"])("are refused when one is %s", (port) => {
    expect(() => readPorts({ SALLYPORT_IDP_PORT: port })).toThrow("SALLYPORT_IDP_PORT, the port of the identity provider,");
  });

  it("are refused when two are the same", () => {
    expect(() => readPorts({ SALLYPORT_PORT: "8477" })).toThrow("a port of its own");
  });
});

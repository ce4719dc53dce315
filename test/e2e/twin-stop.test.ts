import { once } from "node:events";
import { expect, it } from "vitest";
import { runCli } from "../cli/run-cli.ts";
import { root, startTwin } from "./running-twin.ts";

it("the twin leaves nothing running when it is told to stop", async () => {
  const twin = await startTwin();
  twin.child.kill("SIGTERM");
  await once(twin.child, "exit");
  for (const port of twin.ports) await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
  const { code, stderr } = await runCli(["token", "--as", "alice"], { cwd: root, env: twin.env as Record<string, string> });
  expect(code).toBe(1);
  expect(stderr).toContain("npm start");
}, 60_000);

import { once } from "node:events";
import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningTwin, startTwin } from "../e2e/running-twin.ts";

const CHROMIUM = "/usr/bin/chromium";
const isThere = existsSync(CHROMIUM);
if (!isThere) console.warn(`Signing out is not tested in a browser: there is no ${CHROMIUM}.`);

describe.skipIf(!isThere)("signing out with a browser", () => {
  let twin: RunningTwin;
  let browser: Browser;

  beforeAll(async () => {
    [twin, browser] = await Promise.all([startTwin(), chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] })]);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    if (twin === undefined) return;
    twin.child.kill("SIGTERM");
    await once(twin.child, "exit");
  });

  /** Another device: nothing is shared with the browser's other windows. */
  async function logIn(issuer: string, name: string): Promise<Page> {
    const page = await (await browser.newContext()).newPage();
    await page.goto(twin.idp);
    await page.getByRole("link", { name: `Sign in to ${issuer}`, exact: true }).click();
    await page.getByRole("button", { name }).click();
    await page.getByRole("heading", { name: "Signed in" }).waitFor();
    return page;
  }

  /** Presses a button; the newest line below the buttons, such as `GET /me 200`. */
  async function press(page: Page, name: string): Promise<string> {
    await Promise.all([page.waitForEvent("load"), page.getByRole("button", { name, exact: true }).click()]);
    const line = await page.locator(".calls li p").first().innerText();
    return line.replaceAll(/\s+/g, " ").trim();
  }

  /** What was remembered of a token is forgotten after a few seconds. */
  async function pressUntilRefused(page: Page, name: string): Promise<string> {
    for (;;) {
      const line = await press(page, name);
      if (!line.endsWith(" 200")) return line;
      await page.waitForTimeout(300);
    }
  }

  it("everywhere ends the next call, on this device and on the other", { timeout: 60_000 }, async () => {
    const [phone, laptop] = [await logIn("customers", "Alice Example"), await logIn("customers", "Alice Example")];
    for (const page of [phone, laptop]) expect(await press(page, "GET /me")).toBe("GET /me 200");
    expect(await press(phone, "Sign out everywhere")).toBe("POST /session/sign-out-everywhere 200");
    expect(await phone.locator(".calls pre").first().innerText()).toContain('"provider":"done"');
    for (const page of [phone, laptop]) expect(await pressUntilRefused(page, "GET /me")).toBe("GET /me 401");
    const again = await logIn("customers", "Alice Example");
    expect(await press(again, "GET /me")).toBe("GET /me 200");
  });

  it("at the issuer reaches the API as well", { timeout: 60_000 }, async () => {
    const page = await logIn("shops", "Saskia Example");
    expect(await press(page, "GET /orders")).toBe("GET /orders 200");
    expect(await press(page, "Log out at the issuer")).toBe("Log out at the issuer 200");
    expect(await pressUntilRefused(page, "GET /orders")).toBe("GET /orders 401");
  });
});

import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type IdentityProvider, identityProvider } from "../../local/identity-provider/server.ts";
import { listen, type Running } from "../../local/listen.ts";
import { freePorts } from "../local/free-ports.ts";
import { sampleGateway } from "../local/sample-issuers.ts";

const CHROMIUM = "/usr/bin/chromium";
const isThere = existsSync(CHROMIUM);
if (!isThere) console.warn(`The login pages are not tested in a browser: there is no ${CHROMIUM}.`);

describe.skipIf(!isThere)("signing in with a browser", () => {
  let running: Running & IdentityProvider;
  let browser: Browser;
  let home = "";
  const foreign: string[] = [];

  beforeAll(async () => {
    const [port = 0] = await freePorts(1);
    const provider = await identityProvider(sampleGateway(), port, "http://localhost:3000");
    running = { ...provider, ...(await listen(provider.server, port)) };
    home = `http://127.0.0.1:${port}/`;
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  });
  afterAll(async () => {
    await browser?.close();
    await running?.stop();
  });

  async function open(): Promise<Page> {
    const page = await browser.newPage();
    page.on("request", (request) => void (new URL(request.url()).origin !== new URL(home).origin && foreign.push(request.url())));
    await page.goto(home);
    return page;
  }

  it("goes from the home page over a persona's button to a token", async () => {
    const page = await open();
    await page.getByRole("link", { name: "Sign in to customers" }).click();
    await page.getByRole("heading", { name: "Sign in to customers" }).waitFor();
    await page.getByRole("button", { name: "Alice Example" }).click();
    await page.getByRole("heading", { name: "Signed in" }).waitFor();
    expect(await page.locator("pre").first().textContent()).toContain('"username": "alice"');
    await page.close();
  });

  it("works with the keyboard, and says when nobody has the name that was typed", async () => {
    const page = await open();
    await page.getByRole("link", { name: "Sign in to shops" }).click();
    await page.getByLabel("User name or e-mail").fill("<b>nobody</b>");
    await page.keyboard.press("Enter");
    expect(await page.getByRole("alert").textContent()).toContain("<b>nobody</b>");
    await page.getByLabel("User name or e-mail").fill("saskia");
    await page.getByLabel("Password").fill("anything");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Signed in" }).waitFor();
    expect(await page.locator("pre").first().textContent()).toContain("org_Ex4mpleHarbour");
    await page.close();
  });

  it("asks nobody else for anything, in a page that fits a phone", async () => {
    const page = await open();
    await page.setViewportSize({ width: 340, height: 640 });
    await page.getByRole("link", { name: "Sign in to partners" }).click();
    const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
    expect(overflow).toBeLessThanOrEqual(0);
    expect(foreign).toEqual([]);
    await page.close();
  });
});

// A real Chromium before the built page, on a server of this machine that sends what site/_headers asks for. Every request of
// the browser is recorded, and everything that it complains of.

import { readFileSync } from "node:fs";
import { after, before } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { chromiumPath, launch } from "../../scripts/browser.ts";
import { headersIn, type Site, serve } from "../../scripts/web-server.ts";

const executablePath = chromiumPath();

/** Why these tests are skipped, or false. */
export const skip = executablePath === undefined ? "no Chromium (set CHROMIUM, or put it on PATH)" : false;

export interface Visit {
  readonly page: Page;
  readonly url: string;
  /** Addresses that the browser asked for. */
  readonly requests: string[];
  /** Violations of the policy, errors and warnings. */
  readonly complaints: string[];
}

export interface Wishes {
  readonly scheme?: "light" | "dark";
  readonly width?: number;
  readonly height?: number;
  /** Behind the address, with its `#`. */
  readonly fragment?: string;
  /** From a server that sends no headers, so that the page's own policy alone holds. */
  readonly isBare?: boolean;
  /** A file that the server does not have. */
  readonly without?: string;
  /** What the worker does before anything else. */
  readonly workerBegins?: string;
}

let browser: Browser | undefined;
let site: Site | undefined;
let bare: Site | undefined;

/** Starts browser and server before the tests of a file, and stops them afterwards. */
export function browsing(): void {
  if (executablePath === undefined) return;
  before(async () => {
    browser = await launch(executablePath);
    // Under a path, as GitHub Pages has it.
    site = await serve("build/site", {
      prefix: "/mimecast-udm/",
      headers: await headersIn("build/site/_headers"),
    });
  });
  after(async () => {
    await browser?.close();
    await bare?.close();
    await site?.close();
  });
}

/** The page in a window of its own, which stays until the browser is closed. */
export async function visit(wishes: Wishes = {}): Promise<Visit> {
  if (wishes.isBare) bare ??= await serve("build/site", { prefix: "/mimecast-udm/" });
  const server = wishes.isBare ? bare : site;
  if (browser === undefined || server === undefined) throw new Error("browsing() must be called first");
  const { scheme = "light", width = 1280, height = 900, fragment = "" } = wishes;
  const context: BrowserContext = await browser.newContext({
    colorScheme: scheme,
    viewport: { width, height },
    acceptDownloads: true,
  });
  const [requests, complaints]: [string[], string[]] = [[], []];
  context.on("request", (request) => requests.push(request.url()));
  if (wishes.without !== undefined)
    await context.route(`**/${wishes.without}`, (route) => route.fulfill({ status: 404 }));
  if (wishes.workerBegins !== undefined) {
    const body = wishes.workerBegins + readFileSync("build/site/worker.js", "utf8");
    await context.route("**/worker.js", (route) => route.fulfill({ body, contentType: "text/javascript" }));
  }
  const page = await context.newPage();
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`);
    dialog.dismiss().catch(() => complaints.push("the dialog stays"));
  });
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
      console.error(`policy violated: ${violatedDirective} ${blockedURI}`),
    );
  });
  await page.goto(server.url + fragment);
  return { page, url: server.url, requests, complaints };
}

/** Writes text into the field for lines and waits until the record is shown of which `mark` stands in the event. */
export async function paste(page: Page, text: string, mark: string): Promise<void> {
  await page.fill("#line", text);
  await page.locator(".event", { hasText: mark }).waitFor();
}

/** The text of each element that a selector finds. */
export const texts = (page: Page, selector: string): Promise<string[]> =>
  page.locator(selector).evaluateAll((elements) => elements.map((element) => element.textContent ?? ""));

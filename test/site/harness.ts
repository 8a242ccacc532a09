// A real Chromium before the built page, on a server of this machine that sends what site/_headers asks for. Every request of
// the browser is recorded, and everything that it complains of.

import { readFileSync } from "node:fs";
import { after, before } from "node:test";
import type { BrowserContext, Page } from "playwright-core";
import { headersIn, type Site, serve } from "../../scripts/web-server.ts";
import { type Chromium, launchChromium, noChromium, type Visit as Opened } from "../support/chromium.ts";

export interface Visit extends Opened {
  readonly url: string;
}

export interface Wishes {
  readonly scheme?: "light" | "dark";
  readonly forcedColors?: "active";
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

let chromium: Chromium | undefined;
let site: Site | undefined;
let bare: Site | undefined;

/** Starts browser and server before the tests of a file, and stops them afterwards. */
export function browsing(): void {
  if (noChromium) return;
  before(async () => {
    chromium = await launchChromium();
    // Under a path, as GitHub Pages has it.
    site = await serve("build/site", {
      prefix: "/mimecast-udm/",
      headers: await headersIn("build/site/_headers"),
    });
  });
  after(async () => {
    await chromium?.close();
    await bare?.close();
    await site?.close();
  });
}

/** The page in a window of its own, which stays until the browser is closed. */
export async function visit(wishes: Wishes = {}): Promise<Visit> {
  if (wishes.isBare) bare ??= await serve("build/site", { prefix: "/mimecast-udm/" });
  const server = wishes.isBare ? bare : site;
  if (chromium === undefined || server === undefined) throw new Error("browsing() must be called first");
  const { scheme = "light", width = 1280, height = 900, fragment = "", forcedColors = "none" } = wishes;
  const opened = await chromium.open(server.url + fragment, {
    colorScheme: scheme,
    forcedColors,
    viewport: { width, height },
    prepare: (context) => prepare(context, wishes),
  });
  return { ...opened, url: server.url };
}

async function prepare(context: BrowserContext, { without, workerBegins }: Wishes): Promise<void> {
  if (without !== undefined) await context.route(`**/${without}`, (route) => route.fulfill({ status: 404 }));
  if (workerBegins !== undefined) {
    const body = workerBegins + readFileSync("build/site/worker.js", "utf8");
    await context.route("**/worker.js", (route) => route.fulfill({ body, contentType: "text/javascript" }));
  }
}

/** Writes text into the field for lines and waits until the record is shown of which `mark` stands in the event. */
export async function paste(page: Page, text: string, mark: string): Promise<void> {
  await page.fill("#line", text);
  await page.locator(".event", { hasText: mark }).waitFor();
}

/** The text of each element that a selector finds. */
export const texts = (page: Page, selector: string): Promise<string[]> =>
  page.locator(selector).evaluateAll((elements) => elements.map((element) => element.textContent ?? ""));

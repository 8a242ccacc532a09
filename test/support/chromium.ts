// A real browser for pages: Chromium where it is there, everything it asked the network for, and all that it complained of.

import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { executable } from "./executable.ts";

/** The Chromium of CHROMIUM, or of PATH. */
export const CHROMIUM = executable("chromium", "CHROMIUM") ?? executable("chromium-browser", "CHROMIUM");

/** For a suite's `skip`. */
export const noChromium = CHROMIUM === undefined ? "no chromium on PATH, nor in CHROMIUM" : false;

export interface Visit {
  readonly page: Page;
  /** Addresses that were asked for, the page's own first. */
  readonly requests: string[];
  /** What the console said as warning or error, violations of the page's policy among it, and exceptions. */
  readonly complaints: string[];
}

export interface Chromium {
  open(url: string, options?: BrowserContextOptions): Promise<Visit>;
  /** Closes all that was opened, and leaves the browser for more. */
  closePages(): Promise<void>;
  close(): Promise<void>;
}

export async function launchChromium(): Promise<Chromium> {
  if (CHROMIUM === undefined) throw new Error(String(noChromium));
  const launch = (chromiumSandbox: boolean): Promise<Browser> =>
    chromium.launch({ executablePath: CHROMIUM as string, chromiumSandbox });
  // Its sandbox does not start for root, as in containers, nor where the system forbids user namespaces.
  const browser =
    process.getuid?.() === 0 ? await launch(false) : await launch(true).catch(() => launch(false));
  return {
    async open(url, options = {}) {
      const context = await browser.newContext(options);
      const page = await context.newPage();
      const requests: string[] = [];
      const complaints: string[] = [];
      page.on("request", (request) => requests.push(request.url()));
      page.on("console", (message) => {
        if (["error", "warning"].includes(message.type())) complaints.push(message.text());
      });
      page.on("pageerror", (error) => complaints.push(String(error)));
      await page.goto(url);
      return { page, requests, complaints };
    },
    closePages: async () => {
      await Promise.all(browser.contexts().map((context) => context.close()));
    },
    close: () => browser.close(),
  };
}

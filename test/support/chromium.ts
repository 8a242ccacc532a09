// A real browser for pages and their pictures: Chromium where it is there, everything it asked the network for, and all that it
// complained of.

import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from "playwright-core";
import { executable } from "./executable.ts";

const NAMES = ["chromium", "chromium-browser", "google-chrome"] as const;

/** The Chromium of CHROMIUM, or of PATH. */
const CHROMIUM = NAMES.map((name) => executable(name, "CHROMIUM")).find((path) => path !== undefined);

/** For a suite's `skip`. */
export const noChromium = CHROMIUM === undefined ? "no Chromium on PATH, nor in CHROMIUM" : (false as const);

export interface Visit {
  readonly page: Page;
  /** Addresses that were asked for, the page's own first. */
  readonly requests: string[];
  /** What the console said as warning or error, violations of the page's policy among it, exceptions, and dialogs. */
  readonly complaints: string[];
}

export interface Wishes extends BrowserContextOptions {
  /** Called before the page is opened. */
  readonly prepare?: (context: BrowserContext) => Promise<void>;
}

export interface Chromium {
  /** The page in a window of its own. */
  open(url: string, wishes?: Wishes): Promise<Visit>;
  /** Closes all that was opened, and leaves the browser for more. */
  closePages(): Promise<void>;
  close(): Promise<void>;
}

export async function launchChromium(): Promise<Chromium> {
  if (CHROMIUM === undefined) throw new Error(String(noChromium));
  const launch = (chromiumSandbox: boolean): Promise<Browser> =>
    // Letters with edges of grey alone make smaller pictures.
    chromium.launch({ executablePath: CHROMIUM, chromiumSandbox, args: ["--disable-lcd-text"] });
  // Its sandbox does not start for root, as in containers, nor where the system forbids user namespaces.
  const browser =
    process.getuid?.() === 0 ? await launch(false) : await launch(true).catch(() => launch(false));
  return {
    async open(url, { prepare, ...options } = {}) {
      const context = await browser.newContext(options);
      const requests: string[] = [];
      const complaints: string[] = [];
      context.on("request", (request) => requests.push(request.url()));
      await context.addInitScript(TELL_VIOLATIONS);
      await prepare?.(context);
      const page = await context.newPage();
      page.on("console", (message) => {
        if (["error", "warning"].includes(message.type())) complaints.push(message.text());
      });
      page.on("pageerror", (error) => complaints.push(String(error)));
      page.on("dialog", (dialog) => {
        complaints.push(`a dialog: ${dialog.message()}`);
        dialog.dismiss().catch(() => complaints.push("the dialog stays"));
      });
      await page.goto(url);
      return { page, requests, complaints };
    },
    closePages: async () => {
      await Promise.all(browser.contexts().map((context) => context.close()));
    },
    close: () => browser.close(),
  };
}

/** Of some violations the console says nothing. */
const TELL_VIOLATIONS = `addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
  console.error("policy violated: " + violatedDirective + " " + blockedURI))`;

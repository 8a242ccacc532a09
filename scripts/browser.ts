/** A real Chromium, that in CHROMIUM or on PATH, for the pictures and the tests of the page. */
import { type Browser, chromium } from "playwright-core";
import { executable } from "../test/support/executable.ts";

/** The program; undefined if there is none. */
export const chromiumPath = (): string | undefined =>
  executable("chromium", "CHROMIUM") ?? executable("google-chrome", "CHROMIUM");

export function launch(executablePath: string): Promise<Browser> {
  // Chromium's own sandbox does not run as root, as which containers do.
  return chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0 });
}

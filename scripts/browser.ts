/** A real Chromium, that in CHROMIUM or on PATH, for the pictures and the tests of the page. */
import { type Browser, chromium } from "playwright-core";
import { executable } from "../test/support/executable.ts";

/** The program; undefined if there is none. */
export const chromiumPath = (): string | undefined =>
  executable("chromium", "CHROMIUM") ?? executable("google-chrome", "CHROMIUM");

export function launch(executablePath: string): Promise<Browser> {
  // Its sandbox does not start as root, as which containers run; it opens our own page alone. Grey edges of letters make
  // smaller pictures.
  return chromium.launch({ executablePath, chromiumSandbox: false, args: ["--disable-lcd-text"] });
}

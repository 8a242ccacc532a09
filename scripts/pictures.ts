/** `npm run pictures`: takes the pictures of docs/pictures/ from the real pages, in a real Chromium, light and dark. */
import { mkdirSync, writeFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { EXAMPLES } from "../site/examples.ts";
import { linkTo } from "../site/fragment.ts";
import { chromiumPath, launch } from "./browser.ts";
import { compressed } from "./png.ts";
import { serve } from "./web-server.ts";

const FOLDER = "docs/pictures";
/** So that the README stays quick to load. */
const LARGEST = 150_000;

/** A page to be taken: into `<name>-light.png` and `<name>-dark.png`. */
interface Picture {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** Brings the page to what is to be seen. `site` is the address of build/site/. */
  show(page: Page, site: string): Promise<void>;
}

const PICTURES: readonly Picture[] = [
  {
    name: "playground",
    width: 1180,
    height: 700,
    async show(page, site) {
      const forged = EXAMPLES.find(({ name }) => name.startsWith("forged"));
      await page.goto(`${site}${linkTo(forged?.text ?? "")}`);
      // The value that lost, and what the event says of it.
      await page.hover(".duplicate .thing");
    },
  },
];

const executablePath = chromiumPath();
if (executablePath === undefined) throw new Error("there is no Chromium; set CHROMIUM, or put it on PATH");
mkdirSync(FOLDER, { recursive: true });
const site = await serve("build/site");
const browser = await launch(executablePath);
try {
  for (const { name, width, height, show } of PICTURES) {
    for (const colorScheme of ["light", "dark"] as const) {
      const page = await browser.newPage({ colorScheme, viewport: { width, height } });
      await show(page, site.url);
      const bytes = compressed(await page.screenshot());
      const path = `${FOLDER}/${name}-${colorScheme}.png`;
      if (bytes.length > LARGEST) throw new Error(`${path} has ${bytes.length} bytes; show less of the page`);
      writeFileSync(path, bytes);
      console.log(`${path}  ${bytes.length} bytes`);
      await page.close();
    }
  }
} finally {
  await browser.close();
  await site.close();
}

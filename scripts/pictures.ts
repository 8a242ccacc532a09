/** `npm run pictures`: takes the pictures of docs/pictures/ from the real pages, in a real Chromium, light and dark. */
import { mkdirSync, writeFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { EXAMPLES } from "../site/examples.ts";
import { linkTo } from "../site/fragment.ts";
import { launchChromium } from "../test/support/chromium.ts";
import { compressed } from "./png.ts";
import { sampleReport } from "./sample-report.ts";
import { serve } from "./web-server.ts";

const FOLDER = "docs/pictures";
/** So that the README stays quick to load. */
const LARGEST = 150_000;

/** A page to be taken: into `<name>-light.png` and `<name>-dark.png`. */
interface Picture {
  readonly name: string;
  readonly url: string;
  readonly width: number;
  readonly height: number;
  /** Brings the page to what is to be seen. */
  show?(page: Page): Promise<void>;
}

const forged = EXAMPLES.find(({ name }) => name.startsWith("forged"))?.text ?? "";
const chromium = await launchChromium();
const site = await serve("build/site");
const report = await sampleReport();

const PICTURES: readonly Picture[] = [
  {
    name: "playground",
    url: `${site.url}${linkTo(forged)}`,
    width: 1180,
    height: 700,
    // The value that lost, and what the event says of it.
    show: (page) => page.hover(".duplicate .thing"),
  },
  { name: "report", url: report.url, width: 1180, height: 800 },
];

try {
  mkdirSync(FOLDER, { recursive: true });
  for (const { name, url, width, height, show } of PICTURES) {
    for (const colorScheme of ["light", "dark"] as const) {
      const { page } = await chromium.open(url, { colorScheme, viewport: { width, height } });
      await show?.(page);
      const bytes = compressed(await page.screenshot());
      const path = `${FOLDER}/${name}-${colorScheme}.png`;
      if (bytes.length > LARGEST) throw new Error(`${path} has ${bytes.length} bytes; show less of the page`);
      writeFileSync(path, bytes);
      console.log(`${path}  ${bytes.length} bytes`);
      await chromium.closePages();
    }
  }
} finally {
  await chromium.close();
  await site.close();
  report.remove();
}

// The playground for everyone: axe-core finds nothing to mend in either scheme, and it can be read on a narrow screen.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { EXAMPLES } from "../../site/examples.ts";
import { violations } from "../support/axe.ts";
import { noChromium } from "../support/chromium.ts";
import { browsing, paste, visit } from "./harness.ts";

const textOf = (name: string): string => EXAMPLES.find((one) => one.name.startsWith(name))?.text ?? "";

describe("the playground for everyone", { skip: noChromium }, () => {
  browsing();

  for (const scheme of ["light", "dark"] as const) {
    it(`has nothing that axe-core finds, in the ${scheme} scheme`, async () => {
      const { page } = await visit({ scheme });
      assert.deepEqual(await violations(page), [], "empty");
      await paste(page, textOf("forged"), "7O7I7MvGP1mj8plHRDuHEA");
      await page.hover(".thing:has-text('RejType')");
      assert.deepEqual(await violations(page), [], "a forged line, linked");
      await paste(page, `${textOf("four lines")}\nnothing\n${textOf("hostile")}`, "anna@example.org");
      await page.hover(".rule.fires");
      assert.deepEqual(await violations(page), [], "several lines");
      await page.click("button.plain:has-text('not_mimecast')");
      await page.locator(".alert.bad").waitFor();
      assert.deepEqual(await violations(page), [], "a line that is not mapped");
    });
  }

  it("follows the system's scheme, and the button's before it", async () => {
    const { page } = await visit({ scheme: "dark" });
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    assert.equal(await ground(), "rgb(20, 23, 26)");
    await page.click("#theme");
    assert.equal(await page.textContent("#theme"), "Theme: light");
    assert.equal(await ground(), "rgb(255, 255, 255)");
    await page.reload();
    assert.equal(await ground(), "rgb(255, 255, 255)");
    await page.emulateMedia({ colorScheme: "light" });
    await page.click("#theme");
    assert.equal(await ground(), "rgb(20, 23, 26)");
  });

  it("marks what is linked where the system forces its own colours", async () => {
    const { page } = await visit({ forcedColors: "active" });
    await paste(page, textOf("forged"), "7O7I7MvGP1mj8plHRDuHEA");
    const outlined = () =>
      page
        .locator("#result *")
        .evaluateAll(
          (all) => all.filter((element) => getComputedStyle(element).outlineStyle !== "none").length,
        );
    assert.equal(await outlined(), 0);
    await page.hover(".duplicate .thing");
    assert.equal(await outlined(), await page.locator(".lit").count());
  });

  it("has no line that is wider than 360 pixels", async () => {
    const { page } = await visit({ width: 360, height: 740 });
    for (const name of ["forged", "receipt", "attachment", "API 2.0 JSON: url", "hostile", "four lines"]) {
      const text = textOf(name);
      await paste(page, text, /aCode=(\w+)|hP5f7mBanAVk/.exec(text)?.[1] ?? "hP5f7mBanAVk");
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= 360, `${name}: ${width}`);
    }
  });
});

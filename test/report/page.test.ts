// The page in a real browser: it asks for nothing, breaks no policy, sorts, can be used by anybody, and shows hostile values as text.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { spoolLines } from "../../bench/spool.ts";
import { call } from "../cli/harness.ts";
import { violations } from "../support/axe.ts";
import { type Chromium, launchChromium, noChromium, type Visit } from "../support/chromium.ts";
import { HOSTILE, hostileLines, reportOf, WEEK } from "./harness.ts";

const WIDE = { viewport: { width: 1200, height: 900 } };
const NARROW = { viewport: { width: 360, height: 740 } };

const openAll = (page: Page): Promise<unknown> =>
  page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true");

/** The texts of a table's column. */
const column = (page: Page, caption: string, index: number): Promise<string[]> =>
  page
    .getByRole("table", { name: caption, exact: true })
    .locator(`tbody tr:not([hidden]) td:nth-child(${index})`)
    .allTextContents();

describe("a report's page", { skip: noChromium }, () => {
  let directory: string;
  let chromium: Chromium;
  const url = (name: string): string => pathToFileURL(join(directory, name)).href;
  const open = (name: string, options = {}): Promise<Visit> =>
    chromium.open(url(name), { ...WIDE, ...options });

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "mimecast-udm-"));
    const path = (name: string): string => join(directory, name);
    const week = [...spoolLines({ from: WEEK, days: 7, messages: 2000 })];
    await writeFile(path("week.siem"), week.join("\n"));
    await writeFile(path("hostile.siem"), hostileLines().join("\n"));
    await writeFile(path("small.siem"), week.filter((_, index) => index % 20 === 0).join("\n"));
    const extremes = ["0001-01-01T00:00:00+2359", "1970-01-01T00:00:00", "9999-12-31T23:59:59-2359"];
    await writeFile(path("extreme.siem"), extremes.map((at) => `datetime=${at}|acc=1|Act=Acc`).join("\n"));
    await writeFile(path("empty.siem"), "");
    for (const name of ["week", "small", "hostile", "extreme", "empty"]) {
      await call(["report", path(`${name}.siem`), "-o", path(`${name}.html`)]);
    }
    chromium = await launchChromium();
  });

  afterEach(() => chromium.closePages());

  after(async () => {
    await chromium?.close();
    await rm(directory, { recursive: true });
  });

  for (const name of ["week", "hostile", "extreme", "empty"]) {
    it(`opens from a file, asks for nothing else, and breaks no policy: ${name}`, async () => {
      const { page, requests, complaints } = await open(`${name}.html`);
      await openAll(page);
      await page.setViewportSize({ width: 700, height: 500 });
      await page.emulateMedia({ colorScheme: "dark" });
      assert.equal(await page.locator("h1").textContent(), "Mimecast mail report");
      assert.ok((await page.locator("section").count()) >= 8);
      assert.deepEqual(requests, [url(`${name}.html`)]);
      assert.deepEqual(complaints, []);
    });
  }

  it("has a policy that stops what is not its own", async () => {
    const { page, complaints } = await open("week.html");
    const refused: string[] = [];
    page.on("requestfailed", (request) => refused.push(`${request.url()} ${request.failure()?.errorText}`));
    const attempts = [
      "document.body.insertAdjacentHTML('beforeend', '<img>')",
      "document.body.setAttribute('onclick', 'document.title = 1')",
      "document.head.append(Object.assign(document.createElement('script'), { text: 'document.title = 1' }))",
    ];
    for (const attempt of attempts) await assert.rejects(page.evaluate(attempt), /requires 'Trusted/);
    await page.evaluate("{ const image = new Image(); image.src = 'https://example.com/out'; }");
    await assert.rejects(page.evaluate("fetch('https://example.com/out')"));
    assert.equal(await page.title(), "Mimecast mail report");
    assert.ok(
      complaints.filter((text) => /Content Security Policy/.test(text)).length >= 2,
      String(complaints),
    );
    assert.deepEqual(refused, ["https://example.com/out csp"]);
  });

  it("shows the figures that lie in it", async () => {
    const { page } = await open("week.html");
    const { figures } = reportOf(join(directory, "week.html"));
    const text = (value: number): string => value.toLocaleString("en");
    const value = await page.locator(".totals .value").first().textContent();
    assert.equal(value, text(figures.events));
    assert.deepEqual(
      await column(page, "Senders", 1),
      figures.senders.top.slice(0, 10).map((counted) => counted.value),
    );
    assert.deepEqual(
      await column(page, "Senders", 2),
      figures.senders.top.slice(0, 10).map(({ count }) => text(count)),
    );
    assert.deepEqual(
      await column(page, "Rules that fired", 4),
      figures.rules.map(({ count }) => text(count)),
    );
  });

  it("draws its plots, and says what they show", async () => {
    const { page } = await open("week.html");
    const { figures } = reportOf(join(directory, "week.html"));
    const stages = new Set(figures.stageActions.map(({ stage }) => stage)).size;
    assert.equal(await page.locator(".plot canvas").count(), stages + 4);
    const painted = await page.locator(".plot canvas").evaluateAll((all) =>
      all.map((canvas) => {
        const { width, height } = canvas as unknown as { width: number; height: number };
        const context = (
          canvas as unknown as {
            getContext(kind: string): { getImageData(...at: number[]): { data: Uint8Array } };
          }
        ).getContext("2d");
        return new Set(new Uint32Array(context.getImageData(0, 0, width, height).data.buffer)).size;
      }),
    );
    assert.ok(
      painted.every((colours) => colours > 2),
      String(painted),
    );
    await page.locator(".plot .u-over").first().hover();
    assert.match(
      (await page.locator(".readout").first().textContent()) ?? "",
      /^2026-11-\d\d( \d\d:00)?: BLOCK \d+, .*ALLOW \d+/,
    );
    assert.match(
      (await page.getByRole("img", { name: /^All stages: / }).getAttribute("aria-label")) ?? "",
      /^All stages: [\d,]+ events over time by action$/,
    );
  });

  it("sorts a table by mouse and by keyboard, and says how it is sorted", async () => {
    const { page } = await open("week.html");
    const heading = page.getByRole("table", { name: "Senders", exact: true }).locator("th");
    assert.equal(await heading.nth(1).getAttribute("aria-sort"), "descending");
    await heading.nth(0).locator("button").click();
    assert.equal(await heading.nth(0).getAttribute("aria-sort"), "ascending");
    assert.equal(await heading.nth(1).getAttribute("aria-sort"), null);
    const names = await column(page, "Senders", 1);
    assert.deepEqual(names, [...names].sort(new Intl.Collator("en", { numeric: true }).compare));
    assert.equal(names.length, 10);
    await heading.nth(1).locator("button").focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Space");
    assert.equal(await heading.nth(1).getAttribute("aria-sort"), "ascending");
    const counts = (await column(page, "Senders", 2)).map((text) => Number(text.replace(/,/g, "")));
    assert.deepEqual(
      counts,
      [...counts].sort((a, b) => a - b),
    );
    const least = Math.min(
      ...reportOf(join(directory, "week.html")).figures.senders.top.map(({ count }) => count),
    );
    assert.equal(counts[0], least, "all rows are sorted, not only those that are shown");
  });

  it("shows all rows when asked", async () => {
    const { page } = await open("week.html");
    const { senders } = reportOf(join(directory, "week.html")).figures;
    const button = page
      .locator(".table", { has: page.getByRole("table", { name: "Senders", exact: true }) })
      .locator(".more");
    await button.click();
    assert.equal(await button.getAttribute("aria-expanded"), "true");
    assert.equal((await column(page, "Senders", 1)).length, senders.top.length);
  });

  for (const [colorScheme, size] of [
    ["light", WIDE],
    ["dark", WIDE],
    ["light", NARROW],
  ] as const) {
    it(`has no violation of WCAG that axe finds: ${colorScheme}, ${size.viewport.width} pixels`, async () => {
      const { page } = await open("small.html", { ...size, colorScheme });
      const ground = (await page.evaluate("getComputedStyle(document.body).backgroundColor")) as string;
      assert.equal(ground, colorScheme === "light" ? "rgb(253, 253, 252)" : "rgb(20, 23, 26)");
      await openAll(page);
      assert.deepEqual(await violations(page), []);
    });
  }

  it("keeps the colours that tell actions apart where the system forces its own", async () => {
    const coloursOf = async (forcedColors: "active" | "none"): Promise<unknown> => {
      const { page } = await open("week.html", { forcedColors });
      const script =
        "[...document.querySelectorAll('.swatch, .bar span')].map((one) => getComputedStyle(one).backgroundColor)";
      return await page.evaluate(script);
    };
    const colours = (await coloursOf("none")) as string[];
    assert.ok(new Set(colours).size >= 4);
    assert.deepEqual(await coloursOf("active"), colours);
  });

  it("fits 360 pixels, and paper, which stays white in the dark", async () => {
    const { page } = await open("week.html", { ...NARROW, colorScheme: "dark" });
    assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 360);
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    assert.equal(
      await page.evaluate("getComputedStyle(document.body).backgroundColor"),
      "rgb(253, 253, 252)",
    );
    assert.ok((await page.pdf({ format: "A4" })).length > 10_000);
  });

  it("shows hostile values as the text they are", async () => {
    const { page, complaints } = await open("hostile.html");
    await openAll(page);
    for (const button of await page.locator(".more").all()) await button.click();
    assert.equal(await page.title(), "Mimecast mail report");
    assert.equal(await page.locator("main img, main svg, main a, main script, main b").count(), 0);
    assert.equal(await page.locator("script").count(), 2);
    const text = await page
      .locator("main")
      .evaluate((main) => (main as unknown as { textContent: string }).textContent);
    for (const value of HOSTILE) {
      const shown = value.replace(
        /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
        (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
      );
      assert.ok(text.includes(shown), shown);
    }
    assert.doesNotMatch(text, /[\p{Cf}\p{Cc}\p{Zl}]/u);
    const subjects = await page.locator("td", { hasText: "</script><script>document.title" }).count();
    assert.ok(subjects > 3);
    assert.deepEqual(complaints, []);
  });

  it("shows the names of hostile files as text", async () => {
    const name = "<img src=x onerror=document.title=1>\u202e.siem";
    await writeFile(join(directory, name), hostileLines().join("\n"));
    await call(["report", join(directory, name), "-o", join(directory, "named.html")]);
    const { page, complaints } = await open("named.html");
    assert.match(
      (await page.locator(".sub").textContent()) ?? "",
      /<img src=x onerror=document\.title=1>\\u202e\.siem/,
    );
    assert.equal(await page.title(), "Mimecast mail report");
    assert.deepEqual(complaints, []);
  });
});

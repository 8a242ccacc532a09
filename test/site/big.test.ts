// The playground and a file of 100 MB: the page answers meanwhile, tells how far it is, can be stopped, and gives the events.

import assert from "node:assert/strict";
import { createReadStream } from "node:fs";
import { describe, it } from "node:test";
import type { Page } from "playwright-core";
import { noChromium } from "../support/chromium.ts";
import { browsing, paste, texts, visit } from "./harness.ts";

/** 1 MB of lines, of which one in a hundred is no line, and one in a hundred fires a rule. */
function part(): string {
  const lines = Array.from({ length: 2500 }, (_, index) => {
    const head = `datetime=2026-11-20T10:00:00+0000|aCode=part${String(index).padStart(4, "0")}|acc=C0A0`;
    const act = index % 100 === 1 ? "Hld" : "Acc";
    const line = `${head}|Sender=a@example.com|Rcpt=b@example.org|Dir=Inbound|Act=${act}|Subject=`;
    return index % 100 === 0 ? "no line".padEnd(399) : line.padEnd(399, "x");
  });
  return `${lines.join("\n")}\n`;
}

const MEGABYTES = 100;

/** Drops a file of so many parts, and begins to note how long the page is deaf. */
async function drop(page: Page, count = MEGABYTES): Promise<void> {
  const data = await page.evaluateHandle(
    ({ text, count }) => {
      const transfer = new DataTransfer();
      const bytes = new TextEncoder().encode(text);
      transfer.items.add(new File(Array<Uint8Array<ArrayBuffer>>(count).fill(bytes), "big.siem"));
      const ticks = [performance.now()];
      setInterval(() => ticks.push(performance.now()), 20);
      Object.assign(globalThis, { ticks });
      return transfer;
    },
    { text: part(), count },
  );
  await page.dispatchEvent("main", "drop", { dataTransfer: data });
}

/** The longest time, in milliseconds, for which the page was deaf. */
const deaf = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const { ticks } = globalThis as unknown as { ticks: number[] };
    return Math.max(...ticks.map((tick, index) => tick - (ticks[index - 1] ?? tick)));
  });

/** What the browser's file system for the page holds. */
const kept = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const names = [];
    for await (const name of (await navigator.storage.getDirectory()).keys()) names.push(name);
    return names;
  });

/** Waits until it holds nothing, for a few seconds. */
async function keptNothing(page: Page): Promise<void> {
  for (let tries = 0; tries < 50 && (await kept(page)).length > 0; tries++) await page.waitForTimeout(100);
  assert.deepEqual(await kept(page), []);
}

/** Bytes and lines of a file. */
async function measured(path: string): Promise<{ lines: number; last: string }> {
  let lines = 0;
  let last = "";
  for await (const bytes of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines++;
    last = bytes.subarray(-4000).toString();
  }
  return { lines, last };
}

describe("the playground and a big file", { skip: noChromium }, () => {
  browsing();

  it("maps 100 MB, counts them, gives their events, shows any of them, and hears meanwhile", async () => {
    const { page, complaints } = await visit();
    await drop(page);
    await page.locator("progress").waitFor();
    await page.locator(".event", { hasText: "no line" }).waitFor();
    assert.equal(await page.getAttribute("#summary .bar", "data-state"), "running");
    await page.locator("[data-state='ended']").waitFor();
    assert.ok((await deaf(page)) < 1000, `the page was deaf for ${await deaf(page)} ms`);
    assert.equal(await page.textContent("#records"), "250,000 records, 2,500 not mapped");
    const tallies = await texts(page, ".tallies tr");
    assert.deepEqual(tallies, [
      "receipt247,500",
      "1060012,500Message $(MsgId) held for review.",
      "not_mimecast2,500",
    ]);
    await page.fill("[aria-label='Number of the record']", "249999");
    await page.keyboard.press("Enter");
    await page.locator(".event", { hasText: "part2498" }).waitFor();
    assert.match(
      (await page.textContent(".raw")) ?? "",
      /\|aCode=part2498\|acc=C0A0\|Sender=a@example\.com\|.+x$/,
    );
    const [download] = await Promise.all([page.waitForEvent("download"), page.click("#download")]);
    assert.equal(download.suggestedFilename(), "big.siem.events.ndjson");
    const { lines, last } = await measured(await download.path());
    assert.equal(lines, 250_000);
    assert.equal(JSON.parse(last.trim().split("\n").at(-1) ?? "").additional.aCode, "part2499");
    assert.deepEqual(complaints, []);
  });

  it("stops when it is told to, and keeps what it has", async () => {
    const { page } = await visit();
    await drop(page);
    await page.click("#cancel");
    await page.locator("[data-state='cancelled']").waitFor();
    const records = Number.parseInt(((await page.textContent("#records")) ?? "").replaceAll(",", ""), 10);
    assert.ok(records > 0 && records < 250_000, `${records} records`);
    const [download] = await Promise.all([page.waitForEvent("download"), page.click("#download")]);
    assert.equal((await measured(await download.path())).lines, records);
  });

  it("leaves a file for the next input, and removes what it kept of it", async () => {
    const { page } = await visit();
    await drop(page);
    await page.locator("progress").waitFor();
    await paste(page, "acc=1|aCode=next|Sender=a@example.com", "next");
    await keptNothing(page);
    assert.equal(await page.isVisible("#summary"), false);
  });

  it("removes what a page kept that was closed, when it is opened again", async () => {
    const { page, url } = await visit();
    await drop(page, 10);
    await page.locator("[data-state='ended']").waitFor();
    assert.equal((await kept(page)).length, 1);
    await page.goto("about:blank");
    await page.goto(url);
    await keptNothing(page);
  });

  it("shows single records all the same where the browser gives no file, and says what that means", async () => {
    const { page } = await visit({
      workerBegins:
        "navigator.storage.getDirectory = () => Promise.reject(new DOMException('no', 'SecurityError'));",
    });
    await drop(page, 10);
    await page.locator("[data-state='ended']").waitFor();
    assert.equal(await page.isVisible("#download"), false);
    await page.locator("#summary", { hasText: "no download: this browser gives the page no file" }).waitFor();
    await page.fill("[aria-label='Number of the record']", "24999");
    await page.keyboard.press("Enter");
    await page.locator(".event", { hasText: "part2498" }).waitFor();
    await page.locator("#result", { hasText: "The event is made of this record alone" }).waitFor();
  });
});

// What the report's tests share: the command in this process, the figures out of its page, and lines to make one of.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { benchLines } from "../../bench/lines.ts";
import { spoolLines } from "../../bench/spool.ts";
import type { Report } from "../../report/collect/figures.ts";
import { MIXED } from "../cli/lines.ts";
import { line } from "../oracle/lines.ts";

export const WEEK = Date.UTC(2026, 10, 16);
export const DAY = 86_400_000;

const EMBEDDED = /<script type="application\/json" id="figures">(.*?)<\/script>/s;

export function reportIn(html: string): Report {
  const [, json] = EMBEDDED.exec(html) ?? [];
  assert.ok(json, "the page has no figures");
  return JSON.parse(json) as Report;
}

export const reportOf = (path: string): Report => reportIn(readFileSync(path, "utf8"));

/** Every dialect and log type, a week of an account, hostile lines, and bytes that are no UTF-8. */
export function mixedInput(): Buffer {
  const hostile = fc.sample(line, { numRuns: 3000, seed: 20_261_120 });
  const week = [...spoolLines({ from: WEEK, days: 7, messages: 3000 })];
  return Buffer.concat([
    Buffer.from(`${[...benchLines(3000), ...week].join("\n")}\n`),
    ...hostile.flatMap((bytes) => [bytes, Buffer.from("\n")]),
    MIXED,
  ]);
}

/** Values that would be something else than text, were they not shown as text. */
export const HOSTILE = [
  "</script><script>document.title='broken'</script>",
  "<!--<script>",
  "<img src=x onerror=document.title='broken'>",
  "<svg/onload=document.title='broken'>",
  "]]><b>bold</b>",
  '"><a href="https://example.com/out">link</a>',
  "javascript:document.title='broken'",
  "\u2028\u2029line ends",
  "turned \u202egnp.exe",
  "\u001b[31mred\u0007",
  "{{7*7}}",
  '=HYPERLINK("https://example.com")',
] as const;

/** A line for each hostile value: in subject, names, keys, reasons and what cannot be mapped. */
export function hostileLines(): string[] {
  return HOSTILE.flatMap((value, index) => {
    const at = `2026-11-2${index % 3}T1${index % 10}:00:00+0000`;
    return [
      JSON.stringify({
        datetime: at,
        acc: "C1A1",
        Act: "Hld",
        Hld: value,
        Sender: "a@example.com",
        Subject: value,
        MsgId: value,
      }),
      JSON.stringify({
        datetime: at,
        acc: "C1A1",
        Act: "Rej",
        RejType: value,
        Sender: `"${value.replace(/["\s\p{C}]/gu, "")}"@example.com`,
        Rcpt: "b@example.org",
        Subject: value,
        Virus: value,
      }),
      JSON.stringify({
        datetime: at,
        acc: "C1A1",
        Delivered: "false",
        Err: value,
        Rcpt: "b@example.org",
        [`k${value}`]: value,
        Latency: value,
        SpamScore: value,
      }),
      value,
    ];
  });
}

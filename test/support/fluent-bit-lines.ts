// What the tests with a real Fluent Bit put into its spool, and what has to come out: the answer of the module's filter door
// under Node for the record that tail makes of a line.

import assert from "node:assert/strict";
import { type HostTime, MimecastModule } from "../../host/module.ts";
import type { Spool } from "./fluent-bit.ts";

export const HEAD = "datetime=2026-08-01T10:00:00+0000|acc=C0A0|Sender=a@example.com";

/** Lines of every kind, each one record with a time of its own. */
export const LINES: readonly (string | Uint8Array)[] = [
  `${HEAD}|Act=Acc|Subject=\\Minutes\\|IP=192.0.2.1|Rcpt=b@example.org`,
  `${HEAD}|Act=Hld|Hld=Spm|AttNames="a, b.docx", "c.pdf"|AttCnt=2|AttSize=5|MsgSize=9`,
  `${HEAD}|Delivered=true|Latency=5|Snt=1024|UseTls=Yes|TlsVer=TLSv1.3|Cphr=TLS_AES_256_GCM_SHA384`,
  `${HEAD}|Subject=x|Act=Acc|Act=Rej`,
  `${HEAD}|Subject=5 € für 😀 \u2028 \u007f \ufeff|newKey=\u0001 \u0000 \t "quoted" \\u0041`,
  Buffer.concat([Buffer.from(`${HEAD}|Subject=`), Buffer.from("41ffc342e282edA0804280f09f9843", "hex")]),
  `\ufeff${HEAD}|Subject=after a byte order mark`,
  `${HEAD}|Subject=${"x".repeat(1 << 20)}`,
  '{"accountId":"C0A0","processingId":"p1","timestamp":1709629811000,"type":"receipt","subtype":"Acc","action":"Acc","subject":"Zoë","_offset":105825,"_partition":137}',
  '{"accountId":"C0A0","processingId":"p2","timestamp":1709629811001,"type":"url protect","url":"http://example.com/?a=1&b=2","action":"Block"}',
  '{"acc":"C0A0","aCode":"a1","datetime":"2024-03-05T09:10:11+0000","Sender":"a@example.com","SpamScore":1,"Subject":null}',
];

/** Lines that cannot be mapped, and why. */
export const UNMAPPABLE: readonly (readonly [code: string, line: string])[] = [
  ["not_mimecast", "|"],
  ["not_mimecast", 'Ein Satz über nichts, \\ und "mehr"'],
  ["empty_line", " \t "],
  ["bad_json", '{"acc":"C0A0","Subject":"cut of'],
  ["deep_json", `{"acc":"C0A0","x":${"[".repeat(200)}${"]".repeat(200)}}`],
  ["several_records", `${HEAD}|Subject=one\r${HEAD}|Subject=glued to it`],
  ["several_records", '{"type":"MTA","data":[{"acc":"C0A0"},{"acc":"C0A1"}]}'],
];

export const ALL_LINES = [...LINES, ...UNMAPPABLE.map(([, line]) => line)];

/** So many lines, no two of them the same. */
export function manyLines(count: number, name: string): string[] {
  return Array.from(
    { length: count },
    (_, index) => `${HEAD}|aCode=${name}-${index}|Act=Acc|Subject=${index}`,
  );
}

const mimecast = await MimecastModule.load("build/mimecast.wasm");
const ANY_TIME: HostTime = { sec: 0, nsec: 0 };

/** What a line of a file has to come out as. `time` is the record's, which counts where the line has none. */
export function answerFor(path: string, line: Uint8Array, time: HostTime = ANY_TIME): string {
  // As Latin-1 each byte is one character, and JSON escapes none beyond ASCII: the line's bytes stay what they are.
  const log = Buffer.from(line).toString("latin1");
  const record = JSON.stringify({ filename_for_malachite: path, log });
  return mimecast.filter(Buffer.from(record, "latin1"), "udm", time);
}

/** The same for everything in a spool whose lines all have their time. */
export function answersFor(spool: Spool): string[] {
  return spool.lines.map(([path, line]) => answerFor(path, line));
}

export function isEvent(answer: string): boolean {
  return JSON.parse(answer).mimecast_error === undefined;
}

/** The time in an event, as a host would hand it over. */
export function timeIn(event: string): HostTime {
  const timestamp: string = JSON.parse(event).metadata?.event_timestamp ?? "1970-01-01T00:00:00Z";
  const [seconds, fraction = ""] = timestamp.replace(/(Z|[+-]\d\d:\d\d)$/, "").split(".");
  return { sec: Date.parse(`${seconds}Z`) / 1000, nsec: Number(fraction.padEnd(9, "0")) };
}

/** Each of the expected lines came once and nothing else did, in whatever order. */
export function assertEachOnce(actual: readonly string[], expected: readonly string[]): void {
  const [came, due] = [actual.map(asWritten).sort(), expected.map(asWritten).sort()];
  const at = Array.from(came.length > due.length ? came : due).findIndex(
    (_, index) => came[index] !== due[index],
  );
  if (at < 0) return;
  assert.fail(`${came.length} lines for ${due.length}\ncame: ${short(came[at])}\ndue:  ${short(due[at])}`);
}

export function assertSame(actual: string | undefined, expected: string): void {
  if (actual === undefined || asWritten(actual) !== asWritten(expected)) {
    assert.fail(`came: ${short(actual)}\ndue:  ${short(expected)}`);
  }
}

/**
 * Fluent Bit reads the module's JSON and writes it anew: the same members in the same order, byte for byte. Only U+007F it
 * escapes or not, as it falls into its vectors (flb_utils_write_str_raw).
 */
function asWritten(json: string): string {
  const alone = withoutCounts(json);
  return /\u007f|\\u007f/.test(alone) ? JSON.stringify(JSON.parse(alone)) : alone;
}

/** Rules that count depend on what came before, and several files are read side by side: they have tests of their own. */
function withoutCounts(json: string): string {
  if (!COUNTING.test(json)) return json;
  const { security_result: entries, ...others } = JSON.parse(json) as { security_result: Entry[] };
  const kept = entries
    .filter(({ rule_id: id }) => id === undefined || !COUNTING.test(`"${id}"`))
    .map((entry) => {
      const labels = entry.rule_labels?.filter(({ key }) => key !== "correlation_evictions");
      return labels ? { ...entry, rule_labels: labels } : entry;
    });
  return JSON.stringify({ ...others, security_result: kept });
}
interface Entry {
  readonly rule_id?: string;
  readonly rule_labels?: readonly { readonly key: string }[];
}
const COUNTING = /"1060(03|04|06|10|12|13|14|15)"|"correlation_evictions"/;

export function short(text: string | undefined): string {
  if (text === undefined) return "nothing";
  return text.length > 600 ? `${text.slice(0, 600)}… (${text.length} characters)` : text;
}

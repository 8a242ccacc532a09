/**
 * Lines of any length, for each way in which a line can grow: what an event costs may grow with its bytes, and with nothing else.
 * Most shapes are what an attacker would send.
 */

export interface Shape {
  readonly name: string;
  /** The line with so many of what it repeats. */
  of(units: number): Buffer;
  /** What the shipper hands over, where that is not `{"log":"<line>"}`. */
  recordOf?(units: number): Buffer;
}

const HEAD = "datetime=2026-01-02T03:04:05+0000|aCode=a1b2c3|acc=C46A75|Act=Acc|IP=192.0.2.1|Dir=Inbound";
const JSON_HEAD = '{"type":"receipt","timestamp":1767323045000,"processingId":"a1b2c3","accountId":"C46A75"';
const DIGITS = 6;

/** As many digits for all, so that all units have one length. */
const numbered = (index: number): string => index.toString(36).padStart(DIGITS, "0");

function times(units: number, unit: string | ((index: number) => string)): string {
  if (typeof unit === "string") return unit.repeat(units);
  return Array.from({ length: units }, (_, index) => unit(index)).join("");
}

type Unit = string | ((index: number) => string);

const shape = (
  name: string,
  before: string,
  unit: Unit,
  after = "",
  encoding: BufferEncoding = "utf8",
): Shape => ({
  name,
  of: (units) => Buffer.from(before + times(units, unit) + after, encoding),
});

const line = (name: string, unit: Unit, before = ""): Shape => shape(name, HEAD + before, unit);
const json = (name: string, unit: Unit, before = "", after = ""): Shape =>
  shape(name, JSON_HEAD + before, unit, `${after}}`);

const KNOWN = "|SpamLimit=28|IP=192.0.2.7|Dir=Inbound|Act=Acc|TlsVer=TLSv1.3|Attempt=1|Snt=71|UseTls=Yes";
const KNOWN_JSON =
  ',"spamScore":"1","senderIp":"192.0.2.7","direction":"Inbound","action":"Acc","tlsVersion":"TLSv1.3"';

/** How many unknown keys of a line keep their names, and places of the table that finds them (assembly/input/line.ts). */
export const MAX_UNKNOWN = 256;
const PLACES = 512;

/** More names than keep their own, all of one length and with one place in the table. */
const COLLIDING: readonly string[] = (() => {
  const names: string[] = [];
  for (let tried = 0; names.length < 4 * MAX_UNKNOWN; tried++) {
    const name = `k${numbered(tried)}`;
    if (placeOf(name) === 0) names.push(name);
  }
  return names;
})();
const colliding = (index: number): string => COLLIDING[index % COLLIDING.length] as string;

/** As findUnknown in assembly/input/line.ts, with the hash of assembly/input/hash.ts. */
function placeOf(name: string): number {
  const bytes = Buffer.alloc((name.length + 7) & ~7);
  bytes.write(name);
  const times = (value: bigint, by: bigint): bigint => BigInt.asUintN(64, value * by);
  let hash = times(BigInt(name.length), 0x9e37_79b9_7f4a_7c15n);
  for (let at = 0; at < bytes.length; at += 8) {
    hash = times(hash ^ bytes.readBigUInt64LE(at), 0xff51_afd7_ed55_8ccdn);
    hash ^= hash >> 32n;
  }
  hash = times(hash, 0xc4ce_b9fe_1a85_ec53n);
  return Number((hash ^ (hash >> 33n)) & BigInt(PLACES - 1));
}

const LONG_NAME = "n".repeat(1_000);

/** Lines of key=value. */
const KEY_VALUE: readonly Shape[] = [
  line("one long value", "a", "|Subject="),
  line("one long value, not ASCII", "ü", "|Subject="),
  shape("one long value, not UTF-8", `${HEAD}|Subject=`, "\xff", "", "latin1"),
  line("known fields, again and again", KNOWN),
  line("unknown keys, all different", (index) => `|k${numbered(index)}=v`),
  line("unknown keys that share a place in the table", (index) => `|${colliding(index)}=v`),
  line("one known key", "|Act=Rej"),
  line("one known key behind a stranger's text", "|Act=Rej", "|Subject=x"),
  line("one unknown key", "|key=1"),
  line("escapes", '"\\\u0001', "|Subject="),
  line("quotes", '"', "|AttNames="),
  line("names in AttNames", (index) => `"name ${numbered(index)}.pdf", `, "|AttNames="),
  line("names of one byte in AttNames", "a,", "|AttNames="),
  line("recipients", (index) => `a${numbered(index)}@example.com,`, "|Rcpt="),
  line("recipients that are none", '<,"@",', "|Rcpt="),
  line("pipes in text", "|", "|Subject=x"),
  line("pipes in a value", "|", "|Route=x"),
  line("equals signs", "=", "|Subject="),
  line("pipes and equals signs", "|=", "|Subject=x"),
  line("what nearly is a key", "|SimilarMimecastExternalDomainx|", "|Subject=x"),
  line("what nearly is an unknown key", `|${"k".repeat(64)}`, "|Route=x"),
  line("RejType without a word", "no reason ", "|RejType="),
  line("RejType with what begins like its words", "viru phis polic conten header rejecte ", "|RejType="),
  line("SpamProcessingDetail", ',"x":{"info":"DKIM_NONE","allow":true}', '|SpamProcessingDetail={"a":1'),
  line(
    "SpamProcessingDetail, one check again and again",
    ',"spf":{"info":"ALLOW","allow":true}',
    '|SpamProcessingDetail={"a":1',
  ),
  line(
    "SpamProcessingDetail as JSON in JSON",
    ',\\"spf\\":{\\"allow\\":true}',
    '|SpamProcessingDetail="{\\"a\\":1',
  ),
  line("a URL", "a/", "|reason=clean|URL=http://example.com/"),
  line("a URL without a scheme", "a.", "|reason=clean|URL="),
  shape("digits in datetime", "aCode=a|Act=Acc|datetime=2026-01-02T03:04:05.", "1"),
  shape("no time in datetime", "aCode=a|Act=Acc|datetime=", "x"),
  shape("colons in IP", "aCode=a|Act=Acc|IP=", "1:"),
  line("digits in SpamScore", "1", "|SpamScore="),
  line("control characters", "\u0001", "|Subject="),
  line("carriage returns", "\rx", "|Subject="),
  line("spaces in Recipient", " ", "|Recipient="),
];

/** Lines of JSON. */
const JSON_LINES: readonly Shape[] = [
  json("JSON: known members", KNOWN_JSON),
  json("JSON: unknown members, all different", (index) => `,"k${numbered(index)}":1`),
  json("JSON: unknown members that share a place in the table", (index) => `,"${colliding(index)}":1`),
  json("JSON: long names that differ in their end", (index) => `,"${LONG_NAME}${numbered(index)}":1`),
  json("JSON: one unknown member", ',"key":1'),
  json("JSON: one long value", "a", ',"subject":"', '"'),
  json("JSON: escapes", '\\u0001\\n\\"\\\\\\u00fc', ',"subject":"', '"'),
  json("JSON: nested as deep as it may", `${"[".repeat(126)}${"]".repeat(126)},`, ',"x":[', "1]"),
  json("JSON: a long array", "1,", ',"x":[', "1]"),
  json("JSON: white space", " \t", ',"x":1'),
  json("JSON: digits of a number", "1", ',"x":1'),
  json("JSON: slashes of a file's name", "/", ',"filename_for_malachite":"', '"'),
  shape(
    "JSON: members of API 1.0",
    '{"meta":{"status":200},"data":[{"acc":"C46A75"}',
    ',{"acc":"C46A75","Act":"Acc","Subject":"x"}',
    "]}",
  ),
];

/** Records that are more than their line. */
const RECORDS: readonly Shape[] = [
  {
    name: "keys beside the line",
    of: () => Buffer.from(HEAD),
    recordOf: (units) =>
      Buffer.from(`{"log":${JSON.stringify(HEAD)}${times(units, (index) => `,"k${numbered(index)}":"v"`)}}`),
  },
];

export const SHAPES: readonly Shape[] = [...KEY_VALUE, ...JSON_LINES, ...RECORDS];

export function shapeNamed(name: string): Shape {
  const found = SHAPES.find((one) => one.name === name);
  if (!found) throw new Error(`no shape is called ${name}`);
  return found;
}

/** The line, or the record, of a shape as the module is given it. */
export const DOORS = {
  batch: (shape: Shape, units: number): Buffer => shape.of(units),
  filter: (shape: Shape, units: number): Buffer =>
    shape.recordOf?.(units) ?? Buffer.from(JSON.stringify({ log: shape.of(units).toString() })),
} as const;
export type Door = keyof typeof DOORS;

/** How many of what it repeats make the line, or the record, about `bytes` long. */
export function unitsFor(shape: Shape, door: Door, bytes: number): number {
  const [one, two] = [DOORS[door](shape, 1).length, DOORS[door](shape, 2).length];
  return Math.max(2, Math.round((bytes - one) / (two - one)) + 1);
}

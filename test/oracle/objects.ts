// JSON objects out of keys and values, in every way JSON lets one write them, and in some it does not.

import fc from "fast-check";
import { listed, one, type Text } from "./samples.ts";
import { quote } from "./write.ts";

export type Pair = [name: string, value: string];

const ODD_LITERALS = listed(
  `null¦true¦false¦0¦-0¦1.0¦1e5¦-1.5E-3¦12345678901234567890123.5e-400¦{}¦[]¦[ 1 , {"a b" : "c d"} ]`,
  `""¦"null"¦"<>"`,
  `{"a":{"b":[null,true]},"a":1}¦"\\ud800"¦"\\udc00\\ud83d"¦"\\ud83d\\ude00"¦"\\uD83Dx"¦"\\u0000"`,
  `"\\u000A"¦"\\/\\b\\f\\n\\r\\t"`,
  `["\\ud800","\\u0041"]¦{"\\u006c":"\\/"}¦"x\\ndatetime=1"¦"\\ufeffx"¦" x "`,
);
const deep = fc
  .constantFrom(125, 126, 127, 128, 129)
  .map((levels) => "[".repeat(levels) + "]".repeat(levels));
const style = fc.nat(30);
const space = fc.oneof({ weight: 12, arbitrary: one("") }, one(" ", "\t", " \r ", "  "));

/**
 * `value` as a JSON value: a number, a boolean or null if it looks like one and `chosen` says so, else a
 * string.
 */
export function jsonLiteral(value: string, chosen: number): string {
  if (chosen % 2 === 0 && /^(?:-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?|true|false|null)$/.test(value)) return value;
  if (chosen % 2 === 0 && value === "") return "null";
  if (chosen === 1) return escapedThroughout(value);
  return quote(value);
}

export function jsonObject(pairs: fc.Arbitrary<Pair[]>): Text {
  // Only now and then, or no line would be like a real one.
  const odd = fc.oneof(
    { weight: 80, arbitrary: fc.constant(undefined) },
    { weight: 8, arbitrary: ODD_LITERALS },
    { weight: 1, arbitrary: deep },
  );
  return fc
    .tuple(pairs, fc.infiniteStream(fc.tuple(style, odd), { noHistory: true }), space)
    .map(([found, styles, gap]) => {
      const members = found.map(([name, value]) => {
        const [chosen, literal] = styles.next().value;
        const text = literal ?? jsonLiteral(value, chosen);
        return `${chosen === 3 ? escapedThroughout(name) : quote(name)}${gap}:${gap}${text}`;
      });
      return `{${gap}${members.join(`${gap},${gap}`)}${gap}}`;
    });
}

/** What is left when something is wrong with an object. */
export function brokenJson(object: Text): Text {
  const faults: ((text: string) => string)[] = [
    (text) => text.slice(0, -1),
    (text) => text.slice(0, Math.floor(text.length / 2)),
    (text) => `${text} x`,
    (text) => `${text},`,
    (text) => `${text}{}`,
    (text) => `${text} {"acc":"y"}`,
    (text) => `${text}datetime=2020-01-01T00:00:00|acc=x`,
    (text) => `${text}}`,
    (text) => text.replace(":", ""),
    (text) => text.replace(/}$/, ",}"),
    (text) => text.replace("{", "{,"),
    (text) => text.replaceAll('"', "'"),
    (text) => text.replace(":", "::"),
    (text) => text.replace('"', '"\u0001'),
    (text) => text.replace('"', '"\\x'),
    (text) => text.replace('"', '"\\u12g4'),
    (text) => text.replace("{", "{\u000b"),
    (text) => text.replace("{", "{\u00a0"),
    (text) => `{{${text}`,
    (text) => `{"a":${text}`,
    () => `{"a":${"[".repeat(200)}`,
    (text) => `{"a":${"[".repeat(200)}${"]".repeat(200)},"b":${text}}`,
  ];
  const wrongValue = listed(
    `01¦+1¦.5¦1.¦1e¦-¦NaN¦Infinity¦tru¦nulls¦True¦undefined¦"a¦"\\¦"\\u12¦0x1¦1_000¦/**/1¦`,
  );
  return fc.oneof(
    {
      weight: 3,
      arbitrary: fc.tuple(object, fc.constantFrom(...faults)).map(([text, fault]) => fault(text)),
    },
    wrongValue.map((value) => `{"acc":${value}}`),
    wrongValue.map((value) => `{"acc":"x","Subject":[${value}]}`),
  );
}

/** Every UTF-16 unit as `\uXXXX`. */
function escapedThroughout(text: string): string {
  const units = text.split("").map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return `"${units.join("")}"`;
}

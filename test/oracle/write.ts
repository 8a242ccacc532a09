// JSON text of an event: members in the order they were set, no white space, escapes as docs/event.md has
// them.

export type Json = string | boolean | Json[] | Members;

/** A Map, because it keeps any name, `__proto__` and `7` among them, in the order it was set. */
export type Members = Map<string, Json>;

const SHORT_ESCAPES = new Map([
  ['"', '\\"'],
  ["\\", "\\\\"],
  ["\b", "\\b"],
  ["\f", "\\f"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

export function write(json: Json): string {
  if (typeof json === "string") return quote(json);
  if (typeof json === "boolean") return String(json);
  if (Array.isArray(json)) return `[${json.map(write).join(",")}]`;
  return `{${[...json].map(([name, value]) => `${quote(name)}:${write(value)}`).join(",")}}`;
}

export function quote(text: string): string {
  return `"${text.replace(/["\\\p{Cc}]/gu, escapeChar)}"`;
}

/** Of the control characters, those from 0x7f on stand as they are. */
function escapeChar(char: string): string {
  const short = SHORT_ESCAPES.get(char);
  if (short !== undefined) return short;
  return char < " " ? `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}` : char;
}

/** An object of those members that have something to say. A name set twice is a fault of the mapping. */
export function members(...pairs: (readonly [string, Json | undefined])[]): Members {
  const map: Members = new Map();
  for (const [name, value] of pairs) {
    if (value === undefined || isEmpty(value)) continue;
    if (map.has(name)) throw new Error(`${JSON.stringify(name)} stands twice in one object`);
    map.set(name, value);
  }
  return map;
}

function isEmpty(value: Json): boolean {
  if (typeof value === "boolean") return false;
  return value instanceof Map ? value.size === 0 : value.length === 0;
}

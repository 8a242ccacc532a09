// Strict JSON (RFC 8259) that forgets nothing: numbers keep their text, objects the order of their members
// and every repeated one, and each value its own text without the white space outside strings. JSON.parse can
// do none of this. What a value means is left to read.ts and values.ts.

export type JsonNode =
  | { kind: "object"; members: JsonMember[]; text: string }
  | { kind: "array"; items: JsonNode[]; text: string }
  | { kind: "string"; value: string; text: string }
  | { kind: "number" | "true" | "false" | "null"; text: string };

export interface JsonMember {
  name: string;
  value: JsonNode;
  /** `"name":value` as it came, without the white space outside strings. */
  text: string;
}

/** docs/grammar.md, JSON: an object that holds nothing nested is one level deep. */
export const MOST_LEVELS = 128;

export class JsonError extends Error {
  code: "bad_json" | "deep_json";
  constructor(code: "bad_json" | "deep_json") {
    super(code);
    this.code = code;
  }
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORD = /true|false|null/y;
const HEX4 = /[0-9A-Fa-f]{4}/y;
const SHORT_ESCAPES = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

/** The one value that `text` consists of. Throws JsonError at the first fault, read from left to right. */
export function parseJson(text: string): JsonNode {
  const reader = new JsonReader(text, 0);
  const node = reader.value();
  if (!reader.atEnd()) throw new JsonError("bad_json");
  return node;
}

/** Reads from a position on, for those who expect text behind the value (several records, members). */
export class JsonReader {
  at: number;
  private readonly source: string;
  private level: number;

  /** `level`: how many brackets are open at `at`. */
  constructor(source: string, at: number, level = 0) {
    this.source = source;
    this.at = at;
    this.level = level;
  }

  atEnd(): boolean {
    this.skipSpace();
    return this.at === this.source.length;
  }

  skipSpace(): void {
    while (this.at < this.source.length && " \t\n\r".includes(this.source.charAt(this.at))) this.at++;
  }

  /** Steps over `char`, white space before it included. */
  take(char: string): boolean {
    this.skipSpace();
    if (this.source.charAt(this.at) !== char) return false;
    this.at++;
    return true;
  }

  value(): JsonNode {
    this.skipSpace();
    const first = this.source.charAt(this.at);
    if (first === "{") return this.object();
    if (first === "[") return this.array();
    return this.scalar();
  }

  /** A string, number, boolean or null. */
  scalar(): JsonNode {
    this.skipSpace();
    if (this.source.charAt(this.at) === '"') return this.string();
    const word = this.match(WORD);
    if (word === "true" || word === "false" || word === "null") return { kind: word, text: word };
    const number = this.match(NUMBER);
    if (number === undefined) throw new JsonError("bad_json");
    return { kind: "number", text: number };
  }

  /** A string. A lone surrogate escape becomes U+FFFD (docs/grammar.md, From a host's record to a line). */
  string(): { kind: "string"; value: string; text: string } {
    this.expect('"');
    const start = this.at - 1;
    let value = "";
    for (;;) {
      const char = this.source.charAt(this.at);
      if (char === "" || char < " ") throw new JsonError("bad_json");
      this.at++;
      if (char === '"') break;
      value += char === "\\" ? this.escape() : char;
    }
    return {
      kind: "string",
      value: value.replace(/\p{Surrogate}/gu, "\ufffd"),
      text: this.source.slice(start, this.at),
    };
  }

  private object(): JsonNode {
    this.enter("{");
    const members: JsonMember[] = [];
    if (!this.take("}")) {
      do {
        this.skipSpace();
        const name = this.string();
        this.expect(":");
        const value = this.value();
        members.push({ name: name.value, value, text: `${name.text}:${value.text}` });
      } while (this.take(","));
      this.expect("}");
    }
    this.level--;
    return { kind: "object", members, text: `{${members.map((member) => member.text).join(",")}}` };
  }

  private array(): JsonNode {
    this.enter("[");
    const items: JsonNode[] = [];
    if (!this.take("]")) {
      do items.push(this.value());
      while (this.take(","));
      this.expect("]");
    }
    this.level--;
    return { kind: "array", items, text: `[${items.map((item) => item.text).join(",")}]` };
  }

  private escape(): string {
    const char = this.source.charAt(this.at++);
    if (char === "u") {
      const digits = this.match(HEX4);
      if (digits === undefined) throw new JsonError("bad_json");
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const meant = SHORT_ESCAPES.get(char);
    if (meant === undefined) throw new JsonError("bad_json");
    return meant;
  }

  private enter(bracket: string): void {
    this.expect(bracket);
    if (++this.level > MOST_LEVELS) throw new JsonError("deep_json");
  }

  private expect(char: string): void {
    if (!this.take(char)) throw new JsonError("bad_json");
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.source)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }
}

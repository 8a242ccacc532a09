/**
 * Mimecast's bytes → one record a line, as docs/grammar.md (Splitting) says: members of API 1.0 are unrolled, CR that ends a
 * record becomes LF, lines with nothing in them go, the last byte is a newline. Record bytes are never touched.
 * Works on a chunk at a time; keeps no more than the head of a member, or the few bytes behind a CR.
 */

const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const BRACKET_OPEN = 0x5b;
const BRACKET_CLOSE = 0x5d;
const BRACE_OPEN = 0x7b;
const BRACE_CLOSE = 0x7d;

const DATETIME = Buffer.from("datetime=");
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
/** The head of a member must end within this many bytes. */
const MAX_HEAD = 4096;
const MEMBER_HEAD =
  /^\s*\{\s*(?:"(?:[^"\\]|\\.)*"\s*:\s*(?:"(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*|true|false|null)\s*,\s*)*"data"\s*:\s*\[/;

type Mode = "start" | "lines" | "member" | "behind";

export class RecordLines {
  records = 0;
  #mode: Mode = "start";
  #held: Buffer = Buffer.alloc(0);
  #atLineStart = true;
  #jsonLine = false;
  #depth = 0;
  #quoted = false;
  #escaped = false;

  /** The lines that became certain. */
  push(chunk: Uint8Array): Buffer {
    return this.#take(chunk, false);
  }

  /** What is left; afterwards the object is used up. */
  end(): Buffer {
    const rest = this.#take(Buffer.alloc(0), true);
    if (this.#atLineStart) return rest;
    this.records++;
    this.#atLineStart = true;
    return Buffer.concat([rest, Buffer.from([LF])]);
  }

  #take(chunk: Uint8Array, last: boolean): Buffer {
    let input = this.#held.length === 0 ? asBuffer(chunk) : Buffer.concat([this.#held, chunk]);
    this.#held = Buffer.alloc(0);
    const out: Buffer[] = [];
    while (input.length > 0) {
      if (this.#mode === "start") {
        const head = memberHead(input, last);
        if (head === "more") {
          this.#held = input;
          break;
        }
        this.#mode = head === 0 ? "lines" : "member";
        if (head === 0 && input.subarray(0, BOM.length).equals(BOM)) input = input.subarray(BOM.length);
        input = input.subarray(head);
      } else if (this.#mode === "lines") {
        out.push(this.#lines(input, last));
        break;
      } else {
        input = this.#mode === "member" ? this.#member(input, out) : this.#behind(input);
      }
    }
    return out.length === 1 ? (out[0] as Buffer) : Buffer.concat(out);
  }

  /** Lines as they are, but for CR and empty ones: where neither is, nothing is copied. */
  #lines(input: Buffer, last: boolean): Buffer {
    const plain = !input.includes(CR) && !input.includes("\n\n") && !(this.#atLineStart && input[0] === LF);
    if (plain) {
      for (let at = input.indexOf(LF); at >= 0; at = input.indexOf(LF, at + 1)) this.records++;
      const start = input.lastIndexOf(LF) + 1;
      this.#atLineStart = start === input.length;
      if (start < input.length && (start > 0 || this.#atLineStart))
        this.#jsonLine = input[start] === BRACE_OPEN;
      return input;
    }
    const out = Buffer.alloc(input.length);
    let size = 0;
    for (let at = 0; at < input.length; at++) {
      let byte = input[at] as number;
      if (byte === CR && this.#atLineStart) continue;
      if (byte === CR) {
        const behind = input.subarray(at + 1, at + 1 + DATETIME.length);
        if (!last && behind.length < DATETIME.length && mayEnd(behind)) {
          this.#held = Buffer.from(input.subarray(at));
          break;
        }
        const next = behind[0];
        const ends =
          next === undefined ||
          next === LF ||
          behind.equals(DATETIME) ||
          (this.#jsonLine && next === BRACE_OPEN);
        if (ends) byte = LF;
      }
      if (byte === LF) {
        if (this.#atLineStart) continue;
        this.records++;
      } else if (this.#atLineStart) {
        this.#jsonLine = byte === BRACE_OPEN;
      }
      this.#atLineStart = byte === LF;
      out[size++] = byte;
    }
    return out.subarray(0, size);
  }

  /** The objects of `data`, each on a line. Answers the bytes behind the member. */
  #member(input: Buffer, out: Buffer[]): Buffer {
    const line = Buffer.alloc(input.length * 2 + 1);
    let size = 0;
    let at = 0;
    for (; at < input.length; at++) {
      const byte = input[at] as number;
      if (this.#depth === 0) {
        if (byte === BRACE_OPEN) {
          this.#depth = 1;
          line[size++] = byte;
          this.#atLineStart = false;
        } else if (byte === BRACKET_CLOSE) {
          this.#mode = "behind";
          at++;
          break;
        } else if (byte !== COMMA && byte > 0x20) {
          this.#mode = "lines";
          break;
        }
        continue;
      }
      if (byte === LF || byte === CR) {
        if (!this.#quoted) continue;
        // A line break inside a string: the object was cut off there, and the rest is read as lines.
        this.#mode = "lines";
        break;
      }
      line[size++] = byte;
      if (this.#quoted) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === BACKSLASH) this.#escaped = true;
        else if (byte === QUOTE) this.#quoted = false;
      } else if (byte === QUOTE) this.#quoted = true;
      else if (byte === BRACE_OPEN || byte === BRACKET_OPEN) this.#depth++;
      else if (byte === BRACE_CLOSE || byte === BRACKET_CLOSE) {
        this.#depth--;
        if (this.#depth === 0) {
          line[size++] = LF;
          this.records++;
          this.#atLineStart = true;
        }
      }
    }
    if (this.#mode !== "member") {
      this.#depth = 0;
      this.#quoted = false;
      this.#escaped = false;
    }
    out.push(line.subarray(0, size));
    return input.subarray(at);
  }

  /** Between `]` and whatever follows: the member's `}`, white space, then perhaps a further member. */
  #behind(input: Buffer): Buffer {
    for (let at = 0; at < input.length; at++) {
      const byte = input[at] as number;
      if (byte > 0x20 && byte !== BRACE_CLOSE) {
        this.#mode = "start";
        return input.subarray(at);
      }
    }
    return input.subarray(input.length);
  }
}

function memberHead(input: Buffer, last: boolean): number | "more" {
  const head = input
    .subarray(0, MAX_HEAD)
    .toString("latin1")
    .replace(/^\xef\xbb\xbf/, "   ");
  if (!/^\s*(\{|$)/.test(head)) return input.length < 3 && !last ? "more" : 0;
  const found = MEMBER_HEAD.exec(head);
  if (found) return found[0].length;
  const firstValue = /^\s*\{\s*"(?:type|data|meta)/.test(head) || head.length < 16;
  return !last && firstValue && input.length < MAX_HEAD ? "more" : 0;
}

/** Whether these bytes behind a CR could be the beginning of what makes it a line end. */
const mayEnd = (behind: Buffer): boolean =>
  behind.length === 0 || behind.equals(DATETIME.subarray(0, behind.length));

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Bytes, cut anywhere, to lines of text. A line that is too long is not held: it is told by its size alone. */
import { isAscii } from "node:buffer";

const LF = 0x0a;

/** Most lines are ASCII, of which Node makes a text several times as fast; and JSON.parse is faster on it too. */
const textOf = (line: Buffer): string => line.toString(isAscii(line) ? "latin1" : "utf8");

/** The lines in `bytes`, each of which has its end there. */
export function* wholeLines(bytes: Uint8Array): Generator<string> {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let from = 0; from < all.length; ) {
    const end = all.indexOf(LF, from);
    yield textOf(all.subarray(from, end));
    from = end + 1;
  }
}

export class Lines {
  readonly #most: number;
  #parts: Buffer[] = [];
  #held = 0;
  #tooLong = false;
  #isFirst = true;

  /** `most`: bytes of the longest line that is given. */
  constructor(most: number) {
    this.#most = most;
  }

  /** The lines that `bytes` complete, without their ends; `undefined` for each that is too long. Empty ones are left out. */
  *push(bytes: Uint8Array): Generator<string | undefined> {
    let from = 0;
    for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, from)) {
      yield* this.#complete(bytes.subarray(from, end));
      from = end + 1;
    }
    // The caller may use its bytes again.
    if (from < bytes.length) this.#hold(Buffer.from(bytes.subarray(from)));
  }

  /** What is left without a line end. */
  *end(): Generator<string | undefined> {
    yield* this.#complete(new Uint8Array());
  }

  *#complete(rest: Uint8Array): Generator<string | undefined> {
    this.#hold(Buffer.from(rest.buffer, rest.byteOffset, rest.length));
    const line = this.#parts.length === 1 ? (this.#parts[0] as Buffer) : Buffer.concat(this.#parts);
    const tooLong = this.#tooLong;
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    this.#parts = [];
    this.#held = 0;
    this.#tooLong = false;
    if (tooLong) yield undefined;
    else if (line.length > 0) {
      // Some programs begin a file with a byte order mark.
      const text = textOf(line).replace(isFirst ? /^\ufeff|\r$/g : /\r$/, "");
      if (text !== "") yield text;
    }
  }

  #hold(part: Buffer): void {
    if (this.#tooLong || part.length === 0) return;
    this.#held += part.length;
    if (this.#held > this.#most) {
      this.#tooLong = true;
      this.#parts = [];
    } else this.#parts.push(part);
  }
}

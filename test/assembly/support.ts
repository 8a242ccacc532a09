/**
 * What the suites share: puts bytes where the module can read them, as its hosts do, and reads back what it wrote.
 * Nothing here is placed in the module's own arena (abi/memory.ts), but for what `malloc` is asked for.
 */
import { beginCall, malloc, PADDING } from "../../assembly/abi/memory";
import { beginJson, skipValue } from "../../assembly/input/json";
import { beginOutput, outputStart, position } from "../../assembly/output/writer";

/** Texts lie here, one behind the other; when it is full the first ones are overwritten. */
const AREA_BYTES: usize = 2 * 1024 * 1024;
const AREA: usize = heap.alloc(AREA_BYTES);
// Leaves the tests' own strings enough memory, so that it does not grow behind an arena that is in use.
heap.free(heap.alloc(8 * 1024 * 1024));

let next: usize = AREA;
let lastEnd: usize = 0;

/**
 * Puts a text into memory as UTF-8 and returns its address. `behind` is what the module finds in the readable bytes behind
 * it, over and over: it must not matter.
 */
export function place(text: string, behind: string = "0"): usize {
  const at = room(<usize>String.UTF8.byteLength(text));
  String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, at);
  pad(behind);
  return at;
}

/** The same for bytes, as pairs of hexadecimal digits; spaces between them do not count. */
export function placeHex(digits: string, behind: string = "0"): usize {
  const plain = digits.split(" ").join("");
  const at = room(<usize>(plain.length >> 1));
  for (let i = 0; i < plain.length; i += 2) {
    store<u8>(at + (<usize>i >> 1), <u8>parseInt(plain.slice(i, i + 2), 16));
  }
  pad(behind);
  return at;
}

/** First byte behind what was placed last. */
export function placedEnd(): usize {
  return lastEnd;
}

/** Length in bytes of what was placed last. */
export function placedLength(from: usize): usize {
  return lastEnd - from;
}

function room(length: usize): usize {
  if (next + length + PADDING > AREA + AREA_BYTES) next = AREA;
  assert(length + PADDING <= AREA_BYTES, "the text is longer than the area");
  const at = next;
  lastEnd = at + length;
  // An odd step: texts begin at every offset from a multiple of 8.
  next = lastEnd + PADDING + 1;
  return at;
}

function pad(behind: string): void {
  for (let i: usize = 0; i < PADDING; i++) {
    store<u8>(lastEnd + i, <u8>behind.charCodeAt(<i32>i % behind.length));
  }
}

/** Puts a text and its NUL into a block of `malloc`, as hosts do. Returns the address, or 0 if there is no room. */
export function give(text: string): usize {
  const length = <usize>String.UTF8.byteLength(text);
  const at = malloc(length + 1);
  if (at == 0) return 0;
  String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, at);
  store<u8>(at + length, 0);
  lastEnd = at + length;
  return at;
}

/** The text at `from`, up to its NUL. */
export function textAt(from: usize): string {
  let end = from;
  while (load<u8>(end) != 0) end++;
  return textOf(from, end);
}

/** True if `[from, end)` is one JSON object and nothing else. */
export function isObject(from: usize, end: usize): bool {
  beginJson();
  return from < end && load<u8>(from) == 0x7b && skipValue(from, end, 0) == end;
}

/** The UTF-8 in `[from, end)`. */
export function textOf(from: usize, end: usize): string {
  return String.UTF8.decodeUnsafe(from, end - from);
}

/** The bytes of `[from, end)` as pairs of hexadecimal digits with spaces between them. */
export function hexOf(from: usize, end: usize): string {
  const pairs: string[] = [];
  for (let at = from; at < end; at++) pairs.push(load<u8>(at).toString(16).padStart(2, "0"));
  return pairs.join(" ");
}

/** Starts a call and its answer. */
export function beginAnswer(): void {
  beginCall(0);
  beginOutput();
}

/** What has been written of the answer. */
export function answer(): string {
  return textOf(outputStart(), position());
}

/** Those of the texts of which `check` does not say `wanted`, one a line: nothing if it is right about all of them. */
export function misjudged(texts: string[], wanted: bool, check: (text: string) => bool): string {
  const wrong: string[] = [];
  for (let i = 0; i < texts.length; i++) if (check(texts[i]) != wanted) wrong.push(texts[i]);
  return wrong.join("\n");
}

/** Those of the rows, each an input and its answer, to which `answerTo` gives another answer, which is told, one a line. */
export function misanswered(rows: string[][], answerTo: (input: string) => string): string {
  const wrong: string[] = [];
  for (let i = 0; i < rows.length; i++) {
    const given = answerTo(rows[i][0]);
    if (given != rows[i][1]) wrong.push(`${rows[i][0]} gave ${given}, not ${rows[i][1]}`);
  }
  return wrong.join("\n");
}

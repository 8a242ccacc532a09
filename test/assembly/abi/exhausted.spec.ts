import { LAST, mimecast_batch } from "../../../assembly/abi/batch";
import { mimecast_udm } from "../../../assembly/abi/fluent-bit";
import {
  ensure,
  free,
  MAX_MEMORY,
  MAX_RECORD,
  malloc,
  memoryEnd,
  PADDING,
} from "../../../assembly/abi/memory";
import { give, isObject, placedEnd, textAt, textOf } from "../support";

// Enough for all strings of these tests: once memory has its full size, nothing else may grow it.
heap.free(heap.alloc(128 * 1024 * 1024));
// The arena begins; then memory has the size that the module never goes beyond, in steps that do not overshoot it.
free(malloc(0));
assert(ensure(900 * 1024 * 1024) && ensure(MAX_MEMORY), "memory cannot grow");
assert(memoryEnd() == MAX_MEMORY, "memory has grown beyond its limit");

/** Blocks that take the memory away. */
let blocks = 0;

/** Takes memory until all but `left` bytes of what the module may have is used, and room for a text of `length` more. */
function takeMemory(left: usize, length: usize): void {
  assert(memoryEnd() == MAX_MEMORY, "the tests' own strings have grown memory");
  let top = malloc(0);
  blocks++;
  const until = MAX_MEMORY - left - length - PADDING - 16;
  while (top < until) {
    const size = min(until - top, MAX_RECORD);
    assert(malloc(size) != 0, "memory is used up before its limit");
    blocks++;
    top += (size + 7) & ~7;
  }
}

function giveBack(): void {
  for (; blocks > 0; blocks--) free(1);
}

/** Answer of the filter to a record where only `left` bytes of memory are left; asserts that it is one object. */
function answerTo(record: string, left: usize): string {
  takeMemory(left, <usize>String.UTF8.byteLength(record));
  const at = give(record);
  const length = <u32>(placedEnd() - at);
  assert(at != 0, "no room for the record");
  const answer = mimecast_udm(0, 0, 0, 0, at, length);
  const text = textAt(answer);
  const isSound = isObject(answer, answer + text.length);
  free(at);
  giveBack();
  if (!isSound) expect(text).toBe("", `no object with ${left} bytes left`);
  return text;
}

/** True if the answer is the error that tells so many bytes. */
function tells(answer: string, size: i32): bool {
  return isTooLarge(answer) && answer.includes(` ${size}`);
}

function isTooLarge(answer: string): bool {
  return (
    answer.startsWith('{"mimecast_error":{"code":"event_too_large","message":"') && answer.endsWith('"}}')
  );
}

/**
 * Maps a record with less and less memory; expects the whole event as long as memory suffices, and from then on the error,
 * with the size of the line, or of the record where not even the line could be taken from it.
 */
function expectWholeOrTooLarge(record: string, size: i32): void {
  const whole = answerTo(record, 10 * 1024 * 1024);
  let errors = 0;
  let sized = 0;
  for (let step = 400; step >= 0; step--) {
    const left = <usize>step * 97;
    const answer = answerTo(record, left);
    if (answer == whole) {
      expect(errors).toBe(0, `${left} bytes suffice, but more did not`);
      continue;
    }
    if (tells(answer, size)) sized++;
    else if (!tells(answer, record.length)) expect(answer).toBe("", `with ${left} bytes left`);
    errors++;
  }
  expect(errors).toBeGreaterThan(0);
  expect(sized).toBeGreaterThan(0);
}

describe("a record for whose event memory does not suffice", () => {
  it("becomes an error that tells the size of the line", () => {
    const line = `Act=Acc|Subject=${"x".repeat(1000)}`;
    expectWholeOrTooLarge(`{"log":"${line}"}`, line.length);
  });

  it("becomes it if its line is JSON", () => {
    const line = `{"Act":"Acc","Subject":"${"x".repeat(1000)}"}`;
    expectWholeOrTooLarge(`{"log":${line}}`, line.length);
  });

  it("becomes it if its line has many unknown keys", () => {
    let line = "Act=Acc";
    for (let i = 0; i < 200; i++) line += `|k${i}=${i}`;
    expectWholeOrTooLarge(`{"log":"${line}"}`, line.length);
  });

  it("becomes an error even on the first call of all", () => {
    const line = `{"Act":"Acc","Subject":"${"x".repeat(1000)}"}`;
    expect(isTooLarge(answerTo(`{"log":${line}}`, 0))).toBe(true);
  });
});

describe("a record that cannot be mapped, where memory does not suffice for its error", () => {
  it("becomes one sound object all the same", () => {
    const records = [
      `{"log":"${"x".repeat(1000)}"}`,
      `{"a":"${"x".repeat(1000)}"}`,
      "x".repeat(1000),
      "\x01".repeat(1000),
      `{"log":"{${"x".repeat(1000)}"}`,
    ];
    for (let i = 0; i < records.length; i++) {
      for (let left: usize = 0; left < 20000; left += 251) {
        const answer = answerTo(records[i], left);
        expect(answer.includes('"mimecast_error":{"code":"')).toBe(true, `record ${i}, ${left} bytes left`);
      }
    }
  });
});

describe("a record of which only the size came", () => {
  it("becomes one sound object however long its tag is and however little memory is left", () => {
    for (let length = 1; length < 2000; length += 111) {
      const tag = "t".repeat(length);
      for (let left: usize = 0; left < 16000; left += 333) {
        takeMemory(left, length);
        const at = give(tag);
        const answer = mimecast_udm(at, length, 0, 0, 0, 40000000);
        const text = textAt(answer);
        const isSound = isObject(answer, answer + text.length) && text.includes("40000000 bytes");
        free(at);
        giveBack();
        if (!isSound) expect(text).toBe("", `tag of ${length} bytes, ${left} bytes left`);
      }
    }
  });
});

/** The lines of all answers to a chunk where only `left` bytes are left: what a call does not consume is given again. */
function batch(text: string, left: usize): string[] {
  takeMemory(left, text.length);
  const input = give(text);
  const end = placedEnd();
  let answers = "";
  let events: u32 = 0;
  let from = input;
  let consumed: u32 = 1;
  while (from < end && consumed != 0) {
    const result = mimecast_batch(0, from, <u32>(end - from), LAST, 0, 0);
    const output = <usize>load<u32>(result, 4);
    answers += textOf(output, output + load<u32>(result, 8));
    events += load<u32>(result, 24);
    consumed = load<u32>(result);
    from += consumed;
  }
  expect(events).toBe(answers.split("\n").length - 1);
  free(input);
  giveBack();
  expect(from).toBe(end, "all is consumed");
  return answers.split("\n");
}

describe("records of a chunk for whose events memory does not suffice", () => {
  it("become errors, and the others what they become otherwise", () => {
    const chunk = `acc=1\n{"acc":"${"x".repeat(3000)}"}\nacc=2|Subject=${"y".repeat(3000)}\nacc=3\n`;
    const whole = batch(chunk, 10 * 1024 * 1024);
    expect(whole.length).toBe(5);
    for (let left: usize = 60000; left > 2000; left -= 457) {
      const lines = batch(chunk, left);
      expect(lines.length).toBe(5);
      for (let i = 0; i < 4; i++) {
        if (lines[i] == whole[i]) continue;
        if (!isTooLarge(lines[i])) expect(lines[i]).toBe(whole[i], `line ${i}, ${left} bytes left`);
      }
    }
  });

  it("become errors even where nothing is left at all", () => {
    for (let left: usize = 0; left < 2000; left += 100) {
      const lines = batch("acc=1\nacc=2\n", left);
      expect(lines.length).toBe(3);
      expect(isTooLarge(lines[0])).toBe(true, `${left} bytes left`);
    }
  });
});

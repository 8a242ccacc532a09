import { FIELDS } from "../../../assembly/abi/map";
import {
  answerLength,
  answerStart,
  beginFeed,
  feed,
  nextAnswer,
  READ_SIZE,
  recordCount,
  room,
  roomLength,
  unmappedCount,
} from "../../../assembly/abi/wasi-feed";
import { place, placedEnd, textOf } from "../support";

/** Feeds `length` bytes at `from`, as one read gives them, and returns the answers to them. */
function give(from: usize, length: usize): string {
  const at = room();
  expect(at != 0).toBe(true);
  expect(roomLength()).toBeGreaterThanOrEqual(length);
  memory.copy(at, from, length);
  feed(length);
  let answers = "";
  while (nextAnswer()) answers += textOf(answerStart(), answerStart() + answerLength());
  return answers;
}

/** The answers to a text that comes in pieces of `size` bytes, and ends. */
function inPieces(text: string, size: usize): string {
  const from = place(text);
  const end = placedEnd();
  beginFeed(FIELDS, 0, 0);
  let answers = "";
  for (let at = from; at < end; at += size) answers += give(at, min(size, end - at));
  return answers + give(end, 0);
}

const TEXT =
  'acc=1|Act=é\r\nx\rdatetime=2\n{"data":[{"acc":"3"},\n{"acc":"4\\n"}]}\n{"acc":"5"}\r{"acc":"6"}\nacc=7\r';

describe("a feed", () => {
  it("gives the same answers however its input is cut", () => {
    const whole = inPieces(TEXT, 1000);
    expect(whole.split("\n").length).toBe(9);
    for (let size: usize = 1; size < 50; size++) expect(inPieces(TEXT, size)).toBe(whole, `${size} bytes`);
  });

  it("answers a record as soon as it is whole", () => {
    beginFeed(FIELDS, 0, 0);
    expect(give(place("acc=1\nac"), 8)).toBe('{"mimecast":{"acc":"1"}}\n');
    expect(give(place("c=2"), 3)).toBe("");
    expect(give(place("\n"), 1)).toBe('{"mimecast":{"acc":"2"}}\n');
    expect(give(place("acc=3"), 5)).toBe("");
    expect(give(0, 0)).toBe('{"mimecast":{"acc":"3"}}\n');
  });

  it("answers nothing where nothing comes", () => {
    expect(inPieces("", 1)).toBe("");
    expect(inPieces("\r\n\n", 1)).toBe("");
    expect(recordCount()).toBe(0);
  });

  it("counts its records, and those that could not be mapped", () => {
    inPieces("acc=1\nhello\nacc=2\nworld", 3);
    expect(recordCount()).toBe(4);
    expect(unmappedCount()).toBe(2);
    inPieces("acc=1", 3);
    expect(recordCount()).toBe(1, "since it began");
    expect(unmappedCount()).toBe(0);
  });

  it("always has room, and keeps what it holds when it makes more of it", () => {
    const filler = place("0123456789abcdef".repeat(4096));
    const length = placedEnd() - filler;
    beginFeed(FIELDS, 0, 0);
    give(place("acc="), 4);
    for (let i = 0; i < 40; i++) {
      expect(give(filler, length)).toBe("");
      room();
      expect(roomLength()).toBe(READ_SIZE);
    }
    const answer = give(place("\nacc=1\n"), 7);
    expect(
      answer == `{"mimecast":{"acc":"${"0123456789abcdef".repeat(40 * 4096)}"}}\n{"mimecast":{"acc":"1"}}\n`,
    ).toBe(true);
  });

  it("answers a long record at its line feed, though it looks at such a one only now and then", () => {
    const filler = place("y".repeat(65536));
    beginFeed(FIELDS, 0, 0);
    give(place("acc="), 4);
    for (let i = 0; i < 17; i++) give(filler, 65536);
    expect(give(place("\n"), 1).length).toBe(17 * 65536 + 24);
  });
});

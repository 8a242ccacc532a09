import "../../../assembly/explain";
import { literal, literalLength, literalPart, literalRoom } from "../../../assembly/output/literal";
import { textOf } from "../support";

/** Taken before this suite makes literals of its own, behind all of the module's and of the explain module's. */
const ROOM_OF_THE_MODULE = literalRoom();

/** One literal of each length, made one behind the other. */
const LONGEST = 25;
const ALL = new StaticArray<usize>(LONGEST + 1);
for (let length = 0; length <= LONGEST; length++) ALL[length] = literal("x".repeat(length));

const PART = literalPart(literal("principal.ip[]") + 10, 2);

function content(at: usize): string {
  return textOf(at, at + literalLength(at));
}

describe("the pool of literals", () => {
  it("has room left when all of the module's literals are in it", () => {
    expect(ROOM_OF_THE_MODULE).toBeGreaterThan(0);
  });

  it("loses as many bytes as a literal takes: a length, the text, zeros up to a multiple of 8", () => {
    const before = literalRoom();
    literal("123456789");
    expect(before - literalRoom()).toBe(8 + 24);
  });
});

describe("a literal", () => {
  it("holds its text, whatever its length", () => {
    for (let length = 0; length <= LONGEST; length++) expect(content(ALL[length])).toBe("x".repeat(length));
  });

  it("knows its length", () => {
    for (let length = 0; length <= LONGEST; length++) expect(literalLength(ALL[length])).toBe(<usize>length);
  });

  it("begins at a multiple of 8", () => {
    for (let length = 0; length <= LONGEST; length++) expect(<u32>ALL[length] & 7).toBe(0);
  });

  it("has at least 8 zero bytes behind it", () => {
    for (let length = 0; length <= LONGEST; length++) {
      expect(load<u64>(ALL[length] + length)).toBe(0, `length ${length}`);
    }
  });

  it("can be a part of another one", () => {
    expect(content(PART)).toBe("ip");
    expect(literalLength(PART)).toBe(2);
    expect(load<u64>(PART + 2)).toBe(0);
    expect(<u32>PART & 7).toBe(0);
  });
});

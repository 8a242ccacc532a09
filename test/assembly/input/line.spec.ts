import "../../../assembly/fields/dictionary";
import { beginCall } from "../../../assembly/abi/memory";
import { Act, Action, acc } from "../../../assembly/fields/dictionary";
import { lookUp, Name } from "../../../assembly/fields/field";
import {
  beginLine,
  entries,
  forgetKnownKeys,
  hasDuplicates,
  knownKeysSeen,
  lineOverflowed,
  moveField,
  setField,
  setJsonField,
  setUnknown,
  setUnparsed,
  unknownKeysSeen,
} from "../../../assembly/input/line";
import { beginFresh, decoded, duplicates, read } from "../decoded";
import { place, placedLength } from "../support";

function nameOf(name: string): Name {
  const at = place(name);
  return assert(lookUp(at, placedLength(at)), "the dictionary has the name");
}

/** A field of a key=value line. */
function set(name: string, value: string): void {
  const known = nameOf(name);
  const at = place(value);
  setField(known, at, placedLength(at), 0);
}

/** A member of a JSON line. */
function setJson(name: string, value: string): void {
  const known = nameOf(name);
  const at = place(value);
  setJsonField(known, at, placedLength(at), 0);
}

function setOther(name: string, value: string, jsonRule: bool): void {
  const nameAt = place(name);
  const nameLength = placedLength(nameAt);
  const at = place(value);
  setUnknown(nameAt, nameLength, at, placedLength(at), jsonRule);
}

describe("a new line", () => {
  it("knows nothing of the one before", () => {
    beginFresh();
    set("Act", "Acc");
    set("Act", "Rej");
    setOther("foo", "1", false);
    setOther("1", "2", false);
    beginFresh();
    expect(decoded()).toBe("");
    expect(hasDuplicates()).toBe(false);
    expect(knownKeysSeen()).toBe(0);
    expect(unknownKeysSeen()).toBe(0);
    setOther("foo", "3", false);
    setOther("1", "4", false);
    expect(decoded()).toBe("?foo=3\nextra.1.1=4");
  });

  it("has not had a stranger's field yet", () => {
    beginFresh();
    set("Subject", "x");
    beginFresh();
    set("Act", "Acc");
    set("Act", "Rej");
    expect(decoded()).toBe("Act=Acc\nduplicate.Act=Rej");
  });
});

describe("the count of known keys", () => {
  it("counts keys that are absent or lose too", () => {
    beginFresh();
    set("Act", "");
    set("Act", "Acc");
    setJson("acc", "");
    setOther("foo", "1", false);
    expect(knownKeysSeen()).toBe(3);
  });

  it("can be taken back, and the fields stay", () => {
    beginFresh();
    setJson("Act", "Acc");
    forgetKnownKeys();
    expect(knownKeysSeen()).toBe(0);
    expect(decoded()).toBe("Act=Acc");
  });
});

describe("a key beside the line", () => {
  it("wins over the same key of the line, even behind a stranger's field", () => {
    beginFresh();
    setJson("Act", "Acc");
    set("Subject", "x");
    set("Act", "Rej");
    expect(decoded()).toBe("Act=Acc\nSubject=x\nduplicate.Act=Rej");
  });

  it("is one key with the same unknown key of the line", () => {
    beginFresh();
    setOther("foo", "1", true);
    setOther("foo", "2", false);
    expect(decoded()).toBe("?foo=1\nduplicate.foo=2");
  });
});

describe("a field that moves to another one", () => {
  it("takes its name along", () => {
    beginFresh();
    set("action", "Acc");
    moveField(nameOf("action").field, Act);
    expect(decoded()).toBe("action=Acc");
    expect(Act.length).toBe(3);
    expect(nameOf("action").field.length).toBe(0);
  });

  it("loses where the other one was seen", () => {
    beginFresh();
    set("Act", "Acc");
    set("action", "Rej");
    moveField(nameOf("action").field, Act);
    expect(decoded()).toBe("Act=Acc\nduplicate.action=Rej");
    expect(duplicates()).toBe("Act");
  });

  it("loses where the other one was seen without a value", () => {
    beginFresh();
    set("Act", "");
    set("action", "Rej");
    moveField(nameOf("action").field, Act);
    expect(decoded()).toBe("Act=\nduplicate.action=Rej");
  });

  it("leaves its own losing values where they are, before the one that loses by moving", () => {
    beginFresh();
    set("Act", "A");
    set("Act", "B");
    set("action", "C");
    set("action", "D");
    moveField(nameOf("action").field, Act);
    expect(decoded()).toBe("Act=A\nduplicate.Act=B\nduplicate.action=D\nduplicate.action=C");
  });

  it("is told as a duplicate under the name of the other one", () => {
    beginFresh();
    set("action", "C");
    set("action", "D");
    moveField(nameOf("action").field, Action);
    expect(decoded()).toBe("action=C\nduplicate.action=D");
    expect(duplicates()).toBe("Action");
  });

  it("does nothing if it was not seen", () => {
    beginFresh();
    set("Act", "Acc");
    moveField(nameOf("action").field, Act);
    expect(decoded()).toBe("Act=Acc");
    expect(hasDuplicates()).toBe(false);
  });
});

describe("entries", () => {
  it("stay in the order in which they came, however many there are", () => {
    beginFresh();
    const expected: string[] = [];
    for (let i = 0; i < 1000; i++) {
      setOther(`1${i}`, `v${i}`, false);
      expected.push(`extra.${i + 1}.1${i}=v${i}`);
    }
    expect(decoded() == expected.join("\n")).toBe(true);
  });

  it("are none for text that is empty", () => {
    beginFresh();
    setUnparsed(place(""), 0);
    expect(entries() == 0).toBe(true);
  });

  it("find an unknown key among 256 that resemble it", () => {
    beginFresh();
    for (let i = 0; i < 256; i++) setOther(`key${i}`, "first", false);
    expect(unknownKeysSeen()).toBe(256);
    for (let i = 0; i < 256; i++) setOther(`key${i}`, `second${i}`, false);
    expect(unknownKeysSeen()).toBe(256);
    const lines = decoded().split("\n");
    expect(lines.length).toBe(512);
    for (let i = 0; i < 256; i++) expect(lines[256 + i]).toBe(`duplicate.key${i}=second${i}`);
  });

  it("tell keys apart that differ behind their 64th byte", () => {
    beginFresh();
    const long = "k".repeat(64);
    setOther(`${long}a`, "1", true);
    setOther(`${long}b`, "2", true);
    setOther(long, "3", true);
    expect(decoded()).toBe(`?${long}a=1\n?${long}b=2\n?${long}=3`);
  });
});

describe("memory for entries", () => {
  it("is scratch memory of the call: a line that reads well has not overflowed", () => {
    expect(read("acc=C|foo=1|foo=2")).toBe(0);
    expect(lineOverflowed()).toBe(false);
  });

  it("is asked for anew by each line", () => {
    beginCall(0);
    beginLine();
    setOther("foo", "1", false);
    const first = entries();
    beginCall(0);
    beginLine();
    expect(entries() == 0).toBe(true);
    setOther("foo", "1", false);
    expect(entries()).toBe(first);
    expect(acc.length).toBe(0);
  });
});

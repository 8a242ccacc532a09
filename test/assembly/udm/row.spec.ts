import "../../../assembly/udm/event";
import { Act, acc, Subject } from "../../../assembly/fields/dictionary";
import { indexOf, UNTAKEN } from "../../../assembly/fields/field";
import { beginOutput } from "../../../assembly/output/writer";
import {
  GOOGLE,
  GOOGLE_LATER,
  note,
  OWN,
  putOne,
  putText,
  Row,
  row,
  rowAt,
  rowCount,
  rowsFit,
  startTrace,
  took,
  traceAt,
  traceLength,
} from "../../../assembly/udm/row";
import { read } from "../decoded";
import { literalText } from "../events";
import { answer } from "../support";

/** Taken before this suite declares rows of its own. */
const MODULE_ROWS = rowCount();
const MODULE_FITS = rowsFit();

const SINGLE = row("principal.user.userid", "acc", OWN, "a remark");
const REPEATED = row("about[].labels[]", "Act", GOOGLE | GOOGLE_LATER);
const TOP = row("additional", "every other key", OWN);

function pathOf(row: Row): string {
  return changetype<string>(row.path);
}

function isUntaken(index: i32): bool {
  return load<u8>(UNTAKEN + index) == 1;
}

describe("the table of rows", () => {
  it("has room for every row of the module", () => {
    expect(MODULE_ROWS).toBeGreaterThan(50);
    expect(MODULE_FITS).toBe(true);
  });

  it("holds a path and an origin for each row of the module", () => {
    for (let i = 0; i < MODULE_ROWS; i++) {
      const path = pathOf(rowAt(i));
      expect(path.length).toBeGreaterThan(0);
      const origin = rowAt(i).origin;
      expect(origin > 0 && origin <= (GOOGLE | GOOGLE_LATER | OWN)).toBe(true, path);
    }
  });

  it("holds what a row was declared with", () => {
    expect(pathOf(SINGLE)).toBe("principal.user.userid");
    expect(changetype<string>(SINGLE.from)).toBe("acc");
    expect(changetype<string>(SINGLE.remark)).toBe("a remark");
    expect(SINGLE.origin).toBe(OWN);
    expect(changetype<string>(REPEATED.remark)).toBe("");
  });
});

describe("the key of a row", () => {
  it("is the last name of its path", () => {
    expect(literalText(SINGLE.key)).toBe('"userid":"');
    expect(literalText(TOP.key)).toBe('"additional":"');
  });

  it("opens an array for a repeated field", () => {
    expect(literalText(REPEATED.key)).toBe('"labels":[');
  });
});

describe("a field that goes to one place", () => {
  it("is written as text, escaped, and taken", () => {
    read('{"acc":"a\\"b","Act":"Acc"}');
    beginOutput();
    putText(SINGLE, acc);
    expect(answer()).toBe('"userid":"a\\"b",');
    expect(isUntaken(indexOf(acc))).toBe(false);
    expect(isUntaken(indexOf(Act))).toBe(true);
  });

  it("is written as an array of one", () => {
    read("Act=Acc");
    beginOutput();
    putOne(REPEATED, Act);
    expect(answer()).toBe('"labels":["Acc"],');
    expect(isUntaken(indexOf(Act))).toBe(false);
  });

  it("leaves nothing if it is absent", () => {
    read("acc=|Subject=x");
    beginOutput();
    putText(SINGLE, acc);
    putOne(REPEATED, acc);
    expect(answer()).toBe("");
    expect(isUntaken(indexOf(Subject))).toBe(true);
  });
});

describe("the trace", () => {
  it("is none before it is started", () => {
    read("acc=C");
    note(SINGLE, acc);
    expect(traceLength()).toBe(0);
  });

  it("notes row and field in the order in which they were written", () => {
    startTrace();
    read("acc=C|Act=Acc");
    beginOutput();
    putText(SINGLE, acc);
    took(REPEATED, Act);
    note(SINGLE, Act);
    expect(traceLength()).toBe(3);
    expect(traceAt(0)).toBe(<u32>MODULE_ROWS | ((<u32>indexOf(acc)) << 16));
    expect(traceAt(1)).toBe(<u32>(MODULE_ROWS + 1) | ((<u32>indexOf(Act)) << 16));
    expect(traceAt(2)).toBe(<u32>MODULE_ROWS | ((<u32>indexOf(Act)) << 16));
  });

  it("stops where it is full", () => {
    startTrace();
    for (let i = 0; i < 1000; i++) note(SINGLE, acc);
    expect(traceLength()).toBe(256);
    startTrace();
    expect(traceLength()).toBe(0);
  });

  it("does not take a field that is only noted", () => {
    read("acc=C");
    note(SINGLE, acc);
    expect(isUntaken(indexOf(acc))).toBe(true);
  });
});

import { FIELDS, mapLine, UDM } from "../../../assembly/abi/map";
import { beginFresh } from "../decoded";
import { literalText } from "../events";
import { answer, misanswered, place, placedEnd } from "../support";

/** The code of a line's error, or nothing. */
function codeOf(line: string): string {
  const from = place(line);
  const end = placedEnd();
  beginFresh();
  return literalText(mapLine(from, end, UDM, 0, 0));
}

describe("a line that can be mapped", () => {
  it("has no error code", () => {
    const rows: string[][] = [
      ["Act=Acc", ""],
      ['{"Act":"Acc"}', ""],
      ["datetime=", ""],
    ];
    expect(misanswered(rows, codeOf)).toBe("");
  });

  it("becomes what is asked for", () => {
    const from = place("Act=Acc");
    const end = placedEnd();
    beginFresh();
    mapLine(from, end, FIELDS, 0, 0);
    expect(answer()).toBe('{"mimecast":{"Act":"Acc"}}');
    beginFresh();
    mapLine(from, end, UDM, 0, 0);
    expect(answer().startsWith('{"metadata":{"event_timestamp":"1970-01-01T00:00:00Z"')).toBe(true);
  });

  it("has the host's time where it has none", () => {
    const from = place("Act=Acc");
    const end = placedEnd();
    beginFresh();
    mapLine(from, end, UDM, 1622044061, 5000000);
    expect(answer().startsWith('{"metadata":{"event_timestamp":"2021-05-26T15:47:41.005Z"')).toBe(true);
  });
});

describe("a line that cannot be mapped", () => {
  it("has the code of the documentation", () => {
    const rows: string[][] = [
      ["", "empty_line"],
      ["\ufeff \r\n", "empty_line"],
      ["{", "bad_json"],
      ['{"Act":"Acc"} x', "bad_json"],
      [`{"a":${"[".repeat(128)}`, "deep_json"],
      ["Act=Acc\ndatetime=1", "several_records"],
      ['{"Act":"Acc"}{"Act":"Acc"}', "several_records"],
      ['{"type":"MTA","data":[]}', "several_records"],
      ["hello", "not_mimecast"],
      ['{"foo":1}', "not_mimecast"],
    ];
    expect(misanswered(rows, codeOf)).toBe("");
  });
});

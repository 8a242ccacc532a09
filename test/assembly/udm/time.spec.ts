import { outputStart, position } from "../../../assembly/output/writer";
import { writeHostTime, writeTime, writtenTime } from "../../../assembly/udm/time";
import { answer, beginAnswer, misanswered, place, placedLength } from "../support";

/** The time that is written for the text, or `none`; then nothing may be written. */
function timeOf(text: string): string {
  const from = place(text, "0");
  beginAnswer();
  if (writeTime(from, placedLength(from))) return answer();
  return position() == outputStart() ? "none" : `none, but ${answer()}`;
}

/** Those of the texts that say a time, one a line. */
function timesAmong(texts: string[]): string {
  const wrong: string[] = [];
  for (let i = 0; i < texts.length; i++)
    if (timeOf(texts[i]) != "none") wrong.push(`${texts[i]} gave ${timeOf(texts[i])}`);
  return wrong.join("\n");
}

/** The time in milliseconds, of what was written for the text. */
function millisecondsOf(text: string): string {
  timeOf(text);
  return writtenTime().toString();
}

function hostTime(seconds: u32, nanoseconds: u32): string {
  beginAnswer();
  writeHostTime(seconds, nanoseconds);
  return answer();
}

describe("Mimecast's datetime", () => {
  it("keeps its offset, with a colon", () => {
    const rows: string[][] = [
      ["2021-05-26T16:47:41+0100", "2021-05-26T16:47:41+01:00"],
      ["2021-05-26T16:47:41-0530", "2021-05-26T16:47:41-05:30"],
      ["2021-05-26T16:47:41+01:00", "2021-05-26T16:47:41+01:00"],
      ["2021-05-26T16:47:41+0000", "2021-05-26T16:47:41+00:00"],
      ["2021-05-26T16:47:41-00:00", "2021-05-26T16:47:41-00:00"],
      ["2021-05-26T16:47:41+2359", "2021-05-26T16:47:41+23:59"],
      ["2021-05-26T16:47:41Z", "2021-05-26T16:47:41Z"],
      ["2021-05-26T16:47:41", "2021-05-26T16:47:41Z"],
    ];
    expect(misanswered(rows, timeOf)).toBe("");
  });

  it("may have one space behind the hour", () => {
    const rows: string[][] = [
      ["2017-05-23T18: 00:00+0100", "2017-05-23T18:00:00+01:00"],
      ["2017-05-23T18: 00:00", "2017-05-23T18:00:00Z"],
      ["2017-05-23T18: 01:02.5Z", "2017-05-23T18:01:02.5Z"],
      ["2017-05-23T18:  00:00", "none"],
    ];
    expect(misanswered(rows, timeOf)).toBe("");
  });

  it("may have a fraction of one to nine digits", () => {
    const rows: string[][] = [
      ["2021-05-26T16:47:41.1", "2021-05-26T16:47:41.1Z"],
      ["2021-05-26T16:47:41.120Z", "2021-05-26T16:47:41.120Z"],
      ["2021-05-26T16:47:41.123456789+0100", "2021-05-26T16:47:41.123456789+01:00"],
      ["2021-05-26T16:47:41.000000000Z", "2021-05-26T16:47:41.000000000Z"],
      ["2021-05-26T16:47:41.", "none"],
      ["2021-05-26T16:47:41.Z", "none"],
      ["2021-05-26T16:47:41.+0100", "none"],
      ["2021-05-26T16:47:41.1234567890Z", "none"],
      ["2021-05-26T16:47:41,5Z", "none"],
    ];
    expect(misanswered(rows, timeOf)).toBe("");
  });

  it("has a real day", () => {
    const real = [
      "2021-01-31",
      "2021-02-28",
      "2020-02-29",
      "2000-02-29",
      "2400-02-29",
      "2021-04-30",
      "2021-12-31",
      "0001-01-01",
      "9999-12-31",
    ];
    for (let i = 0; i < real.length; i++) expect(timeOf(`${real[i]}T00:00:00`)).toBe(`${real[i]}T00:00:00Z`);
    const none = [
      "2021-02-29",
      "2200-02-29",
      "2100-02-29",
      "1900-02-29",
      "2020-02-30",
      "2021-04-31",
      "2021-06-31",
      "2021-09-31",
      "2021-11-31",
      "2021-01-32",
    ];
    const zero = ["0000-01-01", "2021-00-01", "2021-13-01", "2021-01-00", "2021-99-99"];
    for (let i = 0; i < none.length; i++) expect(timeOf(`${none[i]}T00:00:00`)).toBe("none", none[i]);
    for (let i = 0; i < zero.length; i++) expect(timeOf(`${zero[i]}T00:00:00`)).toBe("none", zero[i]);
  });

  it("has every day of every month, and no other", () => {
    const days: i32[] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    for (let month = 0; month <= 13; month++) {
      for (let day = 0; day <= 40; day++) {
        const text = `2023-${month.toString().padStart(2, "0")}-${day.toString().padStart(2, "0")}T12:34:56`;
        const isReal = month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1];
        if (timeOf(text) != (isReal ? `${text}Z` : "none")) expect(timeOf(text)).toBe(text);
      }
    }
  });

  it("has an hour up to 23, minutes and seconds up to 59", () => {
    expect(timeOf("2021-05-26T23:59:59")).toBe("2021-05-26T23:59:59Z");
    expect(
      timesAmong([
        "2021-05-26T24:00:00",
        "2021-05-26T00:60:00",
        "2021-05-26T00:00:60",
        "2021-05-26T99:99:99",
      ]),
    ).toBe("");
    expect(
      timesAmong(["2021-05-26T00:00:00+2400", "2021-05-26T00:00:00+0060", "2021-05-26T00:00:00-9999"]),
    ).toBe("");
  });

  it("has no other form", () => {
    const dates = [
      "2021-5-26T16:47:41",
      "21-05-26T16:47:41Z",
      "2021/05/26T16:47:41",
      "2021-05-26 16:47:41",
      "2021-05-26t16:47:41",
      "20210526T164741",
    ];
    const times = [
      "2021-05-26",
      "2021-05-26T16:47",
      "2021-05-26T16:47:4",
      "2021-05-26T1:47:41Z",
      "2021-05-26T16-47-41",
      "2021-05-26T16:47:41z",
    ];
    const offsets = [
      "+1",
      "+01",
      "+010",
      "+01:0",
      "+01:000",
      "+01000",
      "+01 00",
      "+01:00Z",
      "Z+0100",
      " +0100",
      "+0100 ",
      "+-100",
      "UTC",
      "ZZ",
      "|",
    ];
    expect(timesAmong(dates)).toBe("");
    expect(timesAmong(times)).toBe("");
    for (let i = 0; i < offsets.length; i++)
      expect(timeOf(`2021-05-26T16:47:41${offsets[i]}`)).toBe("none", offsets[i]);
    expect(
      timesAmong([
        "",
        " ",
        "yesterday",
        "+021-05-26T16:47:41",
        "-021-05-26T16:47:41",
        " 2021-05-26T16:47:41",
        "²021-05-26T16:47:41",
      ]),
    ).toBe("");
  });

  it("has digits where digits stand", () => {
    const text = "2021-05-26T16:47:41.5+0100";
    for (let at = 0; at < text.length; at++) {
      const changed = `${text.slice(0, at)}x${text.slice(at + 1)}`;
      if (timeOf(changed) != "none") expect(changed).toBe("", "was taken");
    }
  });

  it("ends where it ends", () => {
    const text = "2021-05-26T16:47:41+01:00";
    // A shorter part is milliseconds.
    for (let length = 5; length < text.length; length++) {
      expect(timeOf(text.slice(0, length)) != "none").toBe(length == 19, text.slice(0, length));
    }
  });
});

describe("milliseconds since 1970", () => {
  it("are written with three decimals and Z", () => {
    const rows: string[][] = [
      ["0", "1970-01-01T00:00:00.000Z"],
      ["1", "1970-01-01T00:00:00.001Z"],
      ["1686832798123", "2023-06-15T12:39:58.123Z"],
      ["1686832798000", "2023-06-15T12:39:58.000Z"],
      ["951782400000", "2000-02-29T00:00:00.000Z"],
      ["4107542399999", "2100-02-28T23:59:59.999Z"],
      ["4107542400000", "2100-03-01T00:00:00.000Z"],
      ["253402300799999", "9999-12-31T23:59:59.999Z"],
      ["000000000000001", "1970-01-01T00:00:00.001Z"],
    ];
    expect(misanswered(rows, timeOf)).toBe("");
  });

  it("are at most those of the year 9999, in 15 digits", () => {
    expect(timesAmong(["253402300800000", "999999999999999", "0000000000000001", "1000000000000000"])).toBe(
      "",
    );
  });

  it("are digits only", () => {
    expect(
      timesAmong([
        "-1",
        "+1",
        "1.5",
        "1686832798123Z",
        " 1",
        "1 ",
        "1e3",
        "1,000",
        "/",
        ":",
        "16868327981x3",
      ]),
    ).toBe("");
  });

  it("agree with the calendar on every day of four centuries", () => {
    const day: i64 = 86400000;
    for (let n: i64 = 0; n < 146097; n++) {
      // The last millisecond of each day: both of its sides are told apart.
      const time = n * day + day - 1;
      if (n % 7 != 0 && n > 1500) continue;
      expect(timeOf(time.toString())).toBe(new Date(time).toISOString());
    }
  });

  it("agree with the calendar at the ends of years and of Februaries up to 9999", () => {
    for (let year = 1970; year <= 9999; year++) {
      const times: i64[] = [
        Date.UTC(year, 0, 1),
        Date.UTC(year, 1, 28),
        Date.UTC(year, 2, 1) - 1,
        Date.UTC(year, 11, 31),
      ];
      for (let i = 0; i < 4; i++) {
        const expected = new Date(times[i]).toISOString();
        if (timeOf(times[i].toString()) != expected) expect(timeOf(times[i].toString())).toBe(expected);
      }
    }
  });
});

describe("the host's time", () => {
  it("has as few decimals of 0, 3, 6 and 9 as hold it", () => {
    expect(hostTime(0, 0)).toBe("1970-01-01T00:00:00Z");
    expect(hostTime(1622044061, 0)).toBe("2021-05-26T15:47:41Z");
    expect(hostTime(1622044061, 500000000)).toBe("2021-05-26T15:47:41.500Z");
    expect(hostTime(1622044061, 1000000)).toBe("2021-05-26T15:47:41.001Z");
    expect(hostTime(1622044061, 1001000)).toBe("2021-05-26T15:47:41.001001Z");
    expect(hostTime(1622044061, 1000)).toBe("2021-05-26T15:47:41.000001Z");
    expect(hostTime(1622044061, 123456789)).toBe("2021-05-26T15:47:41.123456789Z");
    expect(hostTime(1622044061, 120000000)).toBe("2021-05-26T15:47:41.120Z");
    expect(hostTime(1622044061, 1100000)).toBe("2021-05-26T15:47:41.001100Z");
    expect(hostTime(1622044061, 123456780)).toBe("2021-05-26T15:47:41.123456780Z");
    expect(hostTime(1622044061, 100)).toBe("2021-05-26T15:47:41.000000100Z");
    expect(hostTime(1622044061, 1)).toBe("2021-05-26T15:47:41.000000001Z");
    expect(hostTime(1622044061, 999999999)).toBe("2021-05-26T15:47:41.999999999Z");
  });

  it("goes up to the last second that 32 bits hold", () => {
    expect(hostTime(u32.MAX_VALUE, 0)).toBe("2106-02-07T06:28:15Z");
  });

  it("stays a time whatever the host says of nanoseconds", () => {
    expect(hostTime(0, 1000000000)).toBe("1970-01-01T00:00:00Z");
    expect(hostTime(0, u32.MAX_VALUE).length).toBe("1970-01-01T00:00:00.294967295Z".length);
  });
});

describe("the time that was written", () => {
  it("is given in milliseconds, whatever its form", () => {
    const rows: string[][] = [
      ["1970-01-01T00:00:00Z", "0"],
      ["2026-03-05T09:10:11+0100", "1772698211000"],
      ["2026-03-05T09: 10:11-0530", "1772721611000"],
      ["2026-03-05T08:10:11.5", "1772698211500"],
      ["2026-03-05T08:10:11.123999999Z", "1772698211123"],
      ["2024-02-29T23:59:59-2359", "1709337539000"],
      ["2000-03-01T00:00:00Z", "951868800000"],
      ["1969-12-31T23:59:59.999Z", "-1"],
      ["0001-01-01T00:00:00+2359", "-62135683140000"],
      ["9999-12-31T23:59:59.999-2359", "253402387139999"],
      ["1772698211007", "1772698211007"],
      ["253402300799999", "253402300799999"],
    ];
    expect(misanswered(rows, millisecondsOf)).toBe("");
  });

  it("is the host's where that was written", () => {
    hostTime(1772698211, 7999999);
    expect(writtenTime()).toBe(1772698211007);
    hostTime(u32.MAX_VALUE, 0);
    expect(writtenTime()).toBe(4294967295000);
  });
});

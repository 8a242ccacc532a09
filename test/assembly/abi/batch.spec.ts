import { LAST, mimecast_batch } from "../../../assembly/abi/batch";
import { FIELDS, UDM } from "../../../assembly/abi/map";
import { free } from "../../../assembly/abi/memory";
import { part } from "../events";
import { give, isObject, placedEnd, textOf } from "../support";

/** The chunk ends inside a member, nothing having been cut off yet. */
const IN_MEMBER: u32 = 2;

/** Address of the result of the last call: six u32. */
let result: usize = 0;

function consumed(): u32 {
  return load<u32>(result);
}

function output(): string {
  const from = <usize>load<u32>(result, 4);
  return textOf(from, from + load<u32>(result, 8));
}

function records(): u32 {
  return load<u32>(result, 12);
}

function unmapped(): u32 {
  return load<u32>(result, 16);
}

function flagsOut(): u32 {
  return load<u32>(result, 20);
}

/** One call for a text. Returns the answer. */
function batch(text: string, wanted: u32, flags: u32): string {
  const input = give(text);
  const length = <u32>(placedEnd() - input);
  result = mimecast_batch(wanted, input, length, flags, 1622044061, 5000000);
  const answer = output();
  free(input);
  return answer;
}

describe("a chunk", () => {
  it("becomes one line of JSON for each record, in order", () => {
    expect(batch('acc=1\n{"acc":"2"}\r\nacc=3', FIELDS, LAST)).toBe(
      '{"mimecast":{"acc":"1"}}\n{"mimecast":{"acc":"2"}}\n{"mimecast":{"acc":"3"}}\n',
    );
    expect(records()).toBe(3);
    expect(unmapped()).toBe(0);
    expect(consumed()).toBe(24);
    expect(flagsOut()).toBe(0);
  });

  it("may become events, with the host's time", () => {
    const lines = batch("Act=Acc\nAct=Rej\n", UDM, LAST).split("\n");
    expect(lines.length).toBe(3);
    expect(part(lines[0], "metadata.event_timestamp")).toBe('"2021-05-26T15:47:41.005Z"');
    expect(part(lines[1], "security_result.0.action")).toBe('["BLOCK"]');
    expect(lines[2]).toBe("");
  });

  it("may be empty, or hold nothing but line ends", () => {
    expect(batch("", FIELDS, LAST)).toBe("");
    expect(consumed()).toBe(0);
    expect(records()).toBe(0);
    expect(batch("\n\r\n\n", FIELDS, LAST)).toBe("");
    expect(consumed()).toBe(4);
    expect(records()).toBe(0);
  });

  it("leaves over what may go on in the next one", () => {
    expect(batch("acc=1\nacc=2", FIELDS, 0)).toBe('{"mimecast":{"acc":"1"}}\n');
    expect(consumed()).toBe(6);
    expect(records()).toBe(1);
  });

  it("consumes nothing if it holds no whole record", () => {
    expect(batch("acc=1", FIELDS, 0)).toBe("");
    expect(consumed()).toBe(0);
    expect(records()).toBe(0);
  });

  it("may end inside of a member, and the next one begin there", () => {
    expect(batch('{"type":"MTA","data":[{"acc":"1"},{"acc', FIELDS, 0)).toBe('{"mimecast":{"acc":"1"}}\n');
    expect(flagsOut()).toBe(IN_MEMBER);
    expect(consumed()).toBe(34);
    expect(batch('{"acc":"2"}]}\nacc=3', FIELDS, IN_MEMBER | LAST)).toBe(
      '{"mimecast":{"acc":"2"}}\n{"mimecast":{"acc":"3"}}\n',
    );
    expect(flagsOut()).toBe(0);
  });

  it("does not know of the member before without being told", () => {
    batch('{"data":[{"acc":"1"},', FIELDS, 0);
    expect(flagsOut()).toBe(IN_MEMBER);
    batch('{"acc":"2"},{"acc":"3"}]}\n', FIELDS, LAST);
    expect(records()).toBe(1);
    expect(unmapped()).toBe(1);
  });

  it("keeps records apart, whatever the one before held", () => {
    expect(batch("foo=1|foo=2|Subject=x|Act=a\nAct=b|Act=c\n", FIELDS, LAST)).toBe(
      '{"mimecast":{"Act":"a","Subject":"x","foo":"1","duplicate.foo":"2"}}\n{"mimecast":{"Act":"b","duplicate.Act":"c"}}\n',
    );
  });
});

describe("a record that cannot be mapped", () => {
  it("becomes its line and the error, and is counted", () => {
    const lines = batch('acc=1\nhello "x"\n{"acc"\nacc=2\n \n', FIELDS, LAST).split("\n");
    expect(records()).toBe(5);
    expect(unmapped()).toBe(3);
    expect(lines[0]).toBe('{"mimecast":{"acc":"1"}}');
    expect(
      lines[1].startsWith('{"log":"hello \\"x\\"","mimecast_error":{"code":"not_mimecast","message":"'),
    ).toBe(true);
    expect(lines[2].startsWith('{"log":"{\\"acc\\"","mimecast_error":{"code":"bad_json","message":"')).toBe(
      true,
    );
    expect(lines[3]).toBe('{"mimecast":{"acc":"2"}}');
    expect(lines[4].startsWith('{"log":" ","mimecast_error":{"code":"empty_line","message":"')).toBe(true);
  });

  it("has its bytes repaired", () => {
    const input = give("Subject=ab|\nhello\n");
    store<u8>(input + 9, 0xc3);
    store<u8>(input + 13, 0xff);
    result = mimecast_batch(FIELDS, input, 18, LAST, 0, 0);
    const lines = output().split("\n");
    expect(lines[0]).toBe('{"mimecast":{"Subject":"a\ufffd"}}');
    expect(lines[1].startsWith('{"log":"h\ufffdllo","mimecast_error"')).toBe(true);
    free(input);
  });
});

describe("a long chunk", () => {
  it("is read in several calls, each with an answer of a few megabytes", () => {
    const text = "datetime=2021-05-26T16:47:41+0100|Act=Acc\n".repeat(40000);
    const input = give(text);
    const end = placedEnd();
    let from = input;
    let calls = 0;
    let all: u32 = 0;
    let bytes: u32 = 0;
    while (from < end) {
      result = mimecast_batch(UDM, from, <u32>(end - from), LAST, 0, 0);
      from += consumed();
      all += records();
      calls++;
      const size = load<u32>(result, 8);
      expect(size).toBeLessThan(9 * 1024 * 1024);
      expect(size % records()).toBe(0, "records are all alike");
      if (bytes == 0) bytes = size / records();
      expect(size).toBe(records() * bytes);
    }
    expect(all).toBe(40000);
    expect(calls).toBeGreaterThan(1);
    free(input);
  });

  it("has each record's answer moved up to the one before, whatever their lengths", () => {
    let text = "";
    for (let i = 1; i <= 200; i++) text += `Subject=${'"'.repeat(i * 7)}\nhello\n`;
    const lines = batch(text, FIELDS, LAST).split("\n");
    expect(lines.length).toBe(401);
    for (let i = 1; i <= 200; i++) {
      expect(lines[2 * i - 2] == `{"mimecast":{"Subject":"${'\\"'.repeat(i * 7)}"}}`).toBe(true, `${i}`);
      expect(lines[2 * i - 1].startsWith('{"log":"hello",')).toBe(true, `${i}`);
    }
  });
});

/** The answers to chunks of which the first ends at `cut`, put together as a host does. */
function cutAt(text: string, cut: u32): string {
  const input = give(text);
  const length = <u32>(placedEnd() - input);
  result = mimecast_batch(FIELDS, input, cut, 0, 0, 0);
  let answers = output();
  const first = consumed();
  result = mimecast_batch(FIELDS, input + first, length - first, flagsOut() | LAST, 0, 0);
  answers += output();
  if (consumed() != length - first) answers += "and something was left over";
  free(input);
  return answers;
}

describe("chunks", () => {
  it("give the same answers wherever they are cut", () => {
    const text =
      'acc=1|Act=é\r\nx\rdatetime=2\n{"data":[{"acc":"3"},\n{"acc":"4\\n"}]}\n{"acc":"5"}\r{"acc":"6"}\nacc=7\r';
    const whole = batch(text, FIELDS, LAST);
    expect(records()).toBe(8);
    const length = <u32>String.UTF8.byteLength(text);
    for (let cut: u32 = 0; cut < length; cut++) expect(cutAt(text, cut)).toBe(whole, `cut at ${cut}`);
  });

  it("give sound JSON for bytes of any kind", () => {
    let state: u32 = 7;
    for (let round = 0; round < 300; round++) {
      const input = give("x".repeat(200));
      for (let i: usize = 0; i < 200; i++) {
        state = state * 1664525 + 1013904223;
        store<u8>(input + i, <u8>(state >> 19));
      }
      result = mimecast_batch(round & 1, input, 200, LAST, 0, 0);
      let from = <usize>load<u32>(result, 4);
      const end = from + load<u32>(result, 8);
      let lines: u32 = 0;
      while (from < end) {
        let to = from;
        while (load<u8>(to) != 0x0a) to++;
        expect(isObject(from, to)).toBe(true);
        from = to + 1;
        lines++;
      }
      expect(lines).toBe(records());
      expect(consumed()).toBe(200);
      free(input);
    }
  });
});

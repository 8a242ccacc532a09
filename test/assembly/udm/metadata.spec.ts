import { eventOf, part } from "../events";
import { misanswered } from "../support";

function timestampOf(line: string): string {
  return part(eventOf(line), "metadata.event_timestamp");
}

function typeOf(line: string): string {
  return part(eventOf(line), "metadata.event_type");
}

function stageOf(line: string): string {
  return part(eventOf(line), "metadata.product_event_type");
}

describe("the timestamp", () => {
  it("is the line's, or else the host's", () => {
    const rows: string[][] = [
      ["datetime=2021-05-26T16:47:41+0100", '"2021-05-26T16:47:41+01:00"'],
      ["timestamp=1686832798123", '"2023-06-15T12:39:58.123Z"'],
      ["datetime=yesterday", '"1970-01-01T00:00:00Z"'],
      ["datetime=", '"1970-01-01T00:00:00Z"'],
      ["acc=C", '"1970-01-01T00:00:00Z"'],
    ];
    expect(misanswered(rows, timestampOf)).toBe("");
  });

  it("leaves a text that says no time in additional", () => {
    expect(part(eventOf("datetime=yesterday"), "additional.datetime")).toBe('"yesterday"');
    expect(part(eventOf("datetime=2021-05-26T16:47:41"), "additional.datetime")).toBe("");
  });
});

describe("the event type", () => {
  it("is that of a mail where any of four fields holds an address", () => {
    const rows: string[][] = [
      ["Sender=a@b", '"EMAIL_TRANSACTION"'],
      ["headerFrom=Name <a@b>", '"EMAIL_TRANSACTION"'],
      ["Rcpt=x,a@b", '"EMAIL_TRANSACTION"'],
      ["Recipient=a@b", '"EMAIL_TRANSACTION"'],
      ["Sender=<>|Rcpt=x", '"GENERIC_EVENT"'],
      ["Subject=a@b|MsgId=<a@b>", '"GENERIC_EVENT"'],
    ];
    expect(misanswered(rows, typeOf)).toBe("");
  });
});

describe("the product's event type", () => {
  it("is the stage of the log type", () => {
    const rows: string[][] = [
      ["Attempt=1", '"Email DELIVERY"'],
      ["AttCnt=1", '"Email PROCESSING"'],
      ["acc=C", '"Email RECEIPT"'],
      ["RcptActType=x", '"Email RECEIPT"'],
      ['{"type":"journal"}', '"Email RECEIPT"'],
    ];
    expect(misanswered(rows, stageOf)).toBe("");
  });
});

describe("the log's id", () => {
  it("is acc, up to 256 bytes", () => {
    const longest = "x".repeat(256);
    expect(part(eventOf(`acc=${longest}`), "metadata.product_log_id")).toBe(`"${longest}"`);
    expect(part(eventOf(`acc=${longest}`), "additional.acc")).toBe("");
    expect(part(eventOf(`acc=${longest}x`), "metadata.product_log_id")).toBe("");
    expect(part(eventOf(`acc=${longest}x`), "additional.acc")).toBe(`"${longest}x"`);
  });
});

import { eventOf, member } from "../events";
import { misanswered } from "../support";

/** What is in additional before the log type. */
function additionalOf(line: string): string {
  const text = member(eventOf(line), "additional");
  const at = text.indexOf('"mimecast_log_type"');
  return at == 1 ? "" : text.slice(1, at - 1);
}

describe("additional", () => {
  it("holds fields without a row under the names that came, in the dictionary's order", () => {
    const rows: string[][] = [
      ["Hits=2|numberAttachments=1", '"numberAttachments":"1","Hits":"2"'],
      [
        "ReceiptAck=r|Attempt=1|Latency=5|credentialTheft=x",
        '"ReceiptAck":"r","Attempt":"1","Latency":"5","credentialTheft":"x"',
      ],
      ["Act=Acc|acc=C", ""],
      ["AttCnt=", ""],
    ];
    expect(misanswered(rows, additionalOf)).toBe("");
  });

  it("holds every field of the dictionary that has no row", () => {
    const names =
      "aCode,IPNewDomain,AttCnt,MimecastIP,fileExt,CustomerIP,TaggedMalicious,InternalName,RcptActType,aggregateId,subtype,analysis,_offset,_partition".split(
        ",",
      );
    for (let i = 0; i < names.length; i++) expect(additionalOf(`${names[i]}=x`)).toBe(`"${names[i]}":"x"`);
  });

  it("holds unknown keys as they came, numbered ones among them", () => {
    const rows: string[][] = [
      ["acc=C|b=1|unparsed=x|a=2", '"b":"1","extra.1.unparsed":"x","a":"2"'],
      ['{"acc":"C","b":[1],"":"x","a":{}}', '"b":"[1]","extra.1.":"x","a":"{}"'],
      ["acc=C|b=|a=1", '"a":"1"'],
    ];
    expect(misanswered(rows, additionalOf)).toBe("");
  });

  it("holds losing values behind them, in the order in which they lost", () => {
    const rows: string[][] = [
      [
        "Act=A|Act=B|foo=1|Act=C|foo=2",
        '"foo":"1","duplicate.Act":"B","duplicate.2.Act":"C","duplicate.foo":"2"',
      ],
      ["Rcpt=x@y|foo=1|foo=2|foo=3", '"foo":"3","duplicate.foo":"1","duplicate.2.foo":"2"'],
      ["Act=A|action=B|foo=1|foo=2", '"foo":"1","duplicate.foo":"2","duplicate.action":"B"'],
      ["MsgId=1|messageId=2|msgid=3", '"duplicate.messageId":"2","duplicate.2.msgid":"3"'],
    ];
    expect(misanswered(rows, additionalOf)).toBe("");
  });

  it("numbers losing values by their field, whichever name they came under", () => {
    const rows: string[][] = [
      [
        "Act=A|Act=B|action=C|action=D",
        '"duplicate.Act":"B","duplicate.2.action":"D","duplicate.3.action":"C"',
      ],
      ["action=A|action=B|action=C", '"duplicate.action":"B","duplicate.2.action":"C"'],
      ["Act=|action=A", '"duplicate.action":"A"'],
      [
        "acc=C|foo=1|foo=|bar=1|foo=2|bar=2|foo=3",
        '"foo":"1","bar":"1","duplicate.foo":"2","duplicate.bar":"2","duplicate.2.foo":"3"',
      ],
    ];
    expect(misanswered(rows, additionalOf)).toBe("");
  });

  it("holds text before the first key last", () => {
    expect(additionalOf("hello|Act=A|Act=B|foo=1")).toBe('"foo":"1","duplicate.Act":"B","unparsed":"hello"');
  });

  it("ends with the log type", () => {
    expect(member(eventOf("Act=Acc"), "additional")).toBe('{"mimecast_log_type":"receipt"}');
    expect(member(eventOf("hello|Attempt=1"), "additional")).toBe(
      '{"Attempt":"1","unparsed":"hello","mimecast_log_type":"delivery"}',
    );
  });

  it("holds `type` unless JSON names the log type with it, byte for byte", () => {
    const rows: string[][] = [
      ['{"type":"spam"}', ""],
      ['{"type":"Spam"}', '"type":"Spam"'],
      ['{"eventType":"spam"}', ""],
      ['{"type":"MTA"}', '"type":"MTA"'],
      ["type=receipt", '"type":"receipt"'],
    ];
    expect(misanswered(rows, additionalOf)).toBe("");
  });

  it("holds names that depend on the log type where it gives them no field", () => {
    const rows: string[][] = [
      ["Attempt=1|senderIp=1.2.3.4", '"Attempt":"1","senderIp":"1.2.3.4"'],
      ["destinationIp=1.2.3.4", '"destinationIp":"1.2.3.4"'],
      ["senderIp=x", '"senderIp":"x"'],
      ["senderIp=1.2.3.4", ""],
    ];
    expect(misanswered(rows, additionalOf)).toBe("");
  });
});

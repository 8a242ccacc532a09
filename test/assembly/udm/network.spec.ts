import { eventOf, member, part } from "../events";
import { misanswered } from "../support";

function networkOf(line: string): string {
  return member(eventOf(line), "network");
}

function directionOf(line: string): string {
  return part(eventOf(line), "network.direction");
}

function tlsOf(line: string): string {
  return part(eventOf(line), "network.tls");
}

function protocolOf(line: string): string {
  return part(eventOf(line), "network.application_protocol");
}

describe("the direction", () => {
  it("is told by Dir, in any case", () => {
    const rows: string[][] = [
      ["Dir=Inbound", '"INBOUND"'],
      ["Dir=Internal", '"INBOUND"'],
      ["Dir=Outbound", '"OUTBOUND"'],
      ["Dir=External", '"OUTBOUND"'],
      ["Dir=INBOUND", '"INBOUND"'],
      ["Dir=external", '"OUTBOUND"'],
      ["Dir=Sideways", ""],
      ["Dir=Inbound ", ""],
    ];
    expect(misanswered(rows, directionOf)).toBe("");
  });

  it("is told by Route only without Dir", () => {
    const rows: string[][] = [
      ["Route=Inbound", '"INBOUND"'],
      ["Route=outbound", '"OUTBOUND"'],
      ["Dir=Outbound|Route=Inbound", '"OUTBOUND"'],
      ["Dir=Sideways|Route=Inbound", ""],
      ["Dir=|Route=Inbound", '"INBOUND"'],
    ];
    expect(misanswered(rows, directionOf)).toBe("");
  });
});

describe("the mail", () => {
  it("has its id and its subject as they came", () => {
    const rows: string[][] = [
      ["CustomerIP=x|MsgId=<a@b>", '{"email":{"mail_id":"<a@b>"}}'],
      ["CustomerIP=x|Subject=Hello", '{"email":{"subject":["Hello"]}}'],
    ];
    expect(misanswered(rows, networkOf)).toBe("");
  });

  it("has its parts in the order of the documentation", () => {
    expect(
      networkOf(
        "Subject=s|MsgId=m|Rcpt=c@d|headerFrom=e@f|Sender=a@b|Dir=Inbound|MsgSize=1|Snt=2|Cphr=c|TlsVer=v|UseTls=Yes",
      ),
    ).toBe(
      '{"direction":"INBOUND","email":{"from":"a@b","to":["c@d"],"mail_id":"m","subject":["s"],"bounce_address":"a@b"},"received_bytes":"1","sent_bytes":"2","tls":{"version":"v","cipher":"c","established":true},"application_protocol":"SMTP"}',
    );
  });
});

describe("the sizes", () => {
  it("are there if they are unsigned numbers", () => {
    const event = eventOf("MsgSize=18446744073709551615|Snt=0");
    expect(part(event, "network.received_bytes")).toBe('"18446744073709551615"');
    expect(part(event, "network.sent_bytes")).toBe('"0"');
    expect(part(event, "additional")).toBe('{"mimecast_log_type":"delivery"}');
  });

  it("stay in additional if they are not", () => {
    const event = eventOf("MsgSize=18446744073709551616|Snt=-1");
    expect(part(event, "network.received_bytes")).toBe("");
    expect(part(event, "network.sent_bytes")).toBe("");
    expect(part(event, "additional")).toBe(
      '{"MsgSize":"18446744073709551616","Snt":"-1","mimecast_log_type":"delivery"}',
    );
  });
});

describe("TLS", () => {
  it("was established or not by four words, in any case", () => {
    const rows: string[][] = [
      ["UseTls=Yes", '{"established":true}'],
      ["UseTls=TRUE", '{"established":true}'],
      ["UseTls=no", '{"established":false}'],
      ["UseTls=False", '{"established":false}'],
      ["UseTls=maybe", ""],
      ["TlsVer=TLSv1.3", '{"version":"TLSv1.3"}'],
    ];
    expect(misanswered(rows, tlsOf)).toBe("");
  });

  it("stays in additional with another word", () => {
    expect(part(eventOf("UseTls=maybe"), "additional.UseTls")).toBe('"maybe"');
    expect(part(eventOf("UseTls=Yes"), "additional.UseTls")).toBe("");
  });
});

describe("the protocol", () => {
  it("is SMTP for receipt and delivery", () => {
    const rows: string[][] = [
      ["acc=C", '"SMTP"'],
      ["Attempt=1", '"SMTP"'],
      ["AttCnt=1", ""],
      ["RcptActType=x", ""],
      ["CustomerIP=x", ""],
    ];
    expect(misanswered(rows, protocolOf)).toBe("");
  });
});

// The oracle by itself: each rule of docs/grammar.md and docs/event.md with an expectation worked out by
// hand, and the schema over generated lines. That the module agrees with the oracle is
// test/properties.test.ts's matter.

import assert from "node:assert/strict";
import { isIP } from "node:net";
import { describe, it } from "node:test";
import fc from "fast-check";
import { validateEvent } from "../schema/schema.ts";
import { DICTIONARY } from "./dictionary.ts";
import { oracleLine, oracleRecord, oracleSplit, withoutMessage } from "./index.ts";
import { line } from "./lines.ts";
import { sampleOf } from "./samples.ts";
import {
  address,
  attachmentNames,
  hostTimestamp,
  ipAddress,
  spamNumber,
  timestamp,
  unsigned,
  urlWithScheme,
} from "./values.ts";

const TIME = { sec: 1_700_000_000, nsec: 0 };

type Tree = { [name: string]: Tree };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const udm = (text: string): Tree => JSON.parse(oracleLine(bytes(text), "udm", TIME));
const additional = (text: string): unknown => udm(text).additional;
const result = (text: string): Tree => udm(text).security_result?.[0] ?? {};
const mimecast = (text: string): unknown => JSON.parse(oracleLine(bytes(text), "fields", TIME)).mimecast;
const code = (text: string): unknown => JSON.parse(oracleLine(bytes(text), "udm", TIME)).mimecast_error?.code;
const filtered = (record: string): string => oracleRecord(bytes(record), "udm", TIME);
const split = (text: string): string[] =>
  oracleSplit(bytes(text)).map((record) => Buffer.from(record).toString());

describe("a whole receipt line", () => {
  it("is written in the order of docs/event.md", () => {
    const text =
      "datetime=2021-05-26T16:47:41+0100|aCode=7O|acc=C0A0|SpamLimit=0|IP=192.0.2.1|Dir=Internal|MsgId=<8@x>|" +
      "Subject=\\hello\\|headerFrom=Ann <from@example.com>|Sender=bounce@example.com|Rcpt=to@example.org|SpamInfo=[]|" +
      'Act=Acc|TlsVer=TLSv1|Cphr=AES|SpamProcessingDetail={"spf":{"info":"SPF_FAIL","allow":true}}|SpamScore=1';
    assert.equal(
      oracleLine(bytes(text), "udm", TIME),
      '{"metadata":{"event_timestamp":"2021-05-26T16:47:41+01:00","event_type":"EMAIL_TRANSACTION","vendor_name":"Mimecast",' +
        '"product_name":"Mimecast MTA","product_event_type":"Email RECEIPT","product_log_id":"C0A0","log_type":"MIMECAST_MAIL"},' +
        '"principal":{"user":{"email_addresses":["bounce@example.com","from@example.com"]},"ip":["192.0.2.1"]},' +
        '"target":{"user":{"email_addresses":["to@example.org"]}},' +
        '"network":{"direction":"INBOUND","email":{"from":"bounce@example.com","to":["to@example.org"],"mail_id":"<8@x>",' +
        '"subject":["hello"],"bounce_address":"bounce@example.com"},"tls":{"version":"TLSv1","cipher":"AES"},' +
        '"application_protocol":"SMTP"},' +
        '"security_result":[{"action":["ALLOW"],"action_details":"Acc","severity":"LOW",' +
        '"severity_details":"SpamInfo=[], SpamLimit=0, SpamScore=1","detection_fields":[' +
        '{"key":"network_direction","value":"Internal"},{"key":"Sender","value":"bounce@example.com"},' +
        '{"key":"header_from","value":"Ann <from@example.com>"},{"key":"spf.allow","value":"true"},' +
        '{"key":"spf.info","value":"SPF_FAIL"},{"key":"aCode","value":"7O"}]}],' +
        '"additional":{"aCode":"7O","SpamProcessingDetail":"{\\"spf\\":{\\"info\\":\\"SPF_FAIL\\",\\"allow\\":true}}",' +
        '"mimecast_log_type":"receipt"}}',
    );
  });

  it("is the same event in API 2.0's words, but for the names in additional", () => {
    const event = udm(
      '{"timestamp":1715708287466,"accountId":"A","processingId":"p","senderEnvelope":"a@b","recipients":"c@d","type":"process",' +
        '"action":"Hld","holdReason":"Spm","emailSize":"3466","attachments":null,"_offset":7}',
    );
    assert.deepEqual(event.additional, { processingId: "p", _offset: "7", mimecast_log_type: "process" });
    assert.deepEqual(event.metadata?.event_timestamp, "2024-05-14T17:38:07.466Z");
    assert.deepEqual(event.network, { email: { from: "a@b", to: ["c@d"] }, received_bytes: "3466" });
  });
});

describe("key=value", () => {
  it("keeps a pipe that no known key follows", () => {
    assert.deepEqual(mimecast("acc=1|Subject=50% off | today|unknown=1|IP=x"), {
      acc: "1",
      IP: "x",
      Subject: "50% off | today|unknown=1",
    });
  });
  it("takes an unknown key where the field before it is not text", () => {
    assert.deepEqual(mimecast("acc=1|New-Key_1.x=2|_y=3|1z=4"), { acc: "1", "New-Key_1.x": "2|_y=3|1z=4" });
  });
  it("takes unknown keys of up to 64 bytes", () => {
    assert.deepEqual(mimecast(`acc=1|${"k".repeat(64)}=2|${"k".repeat(65)}=3`), {
      acc: "1",
      ["k".repeat(64)]: `2|${"k".repeat(65)}=3`,
    });
  });
  it("takes 256 unknown keys of a line and leaves the next in the text", () => {
    const unknown = Array.from({ length: 257 }, (_, index) => `u${index}=v`).join("|");
    assert.equal(Object.keys(JSON.parse(JSON.stringify(mimecast(`acc=1|${unknown}`)))).length, 257);
    assert.equal((mimecast(`acc=1|${unknown}`) as Tree).u255, "v|u256=v");
  });
  it("drops pipes at the end of a value, but not inside its backslashes", () => {
    assert.deepEqual(mimecast("acc=1||Subject=\\a||\\|||IP=x|"), { acc: "1", Subject: "a||", IP: "x" });
  });
  it("strips one backslash on each side of text fields only", () => {
    assert.deepEqual(mimecast("acc=\\1\\|Subject=\\\\a|Error=b\\\\"), {
      acc: "\\1\\",
      Subject: "\\a",
      Error: "b\\",
    });
  });
  it("keeps text before the first key as unparsed", () => {
    assert.deepEqual(mimecast("|b||acc=1"), { acc: "1", unparsed: "|b" });
    assert.deepEqual(mimecast("a=|b||acc=1"), { acc: "1", a: "|b" });
    assert.deepEqual(mimecast("hello|x y||acc=1"), { acc: "1", unparsed: "hello|x y" });
    assert.deepEqual(mimecast("null|acc=1"), { acc: "1", unparsed: "null" });
  });
  it("takes empty, null and <> for absent", () => {
    assert.deepEqual(mimecast("acc=|Sender=<>|Subject=\\null\\|IP=Null|URL=<> "), { IP: "Null", URL: "<> " });
  });
  it("removes one byte order mark and white space in front, line breaks behind", () => {
    assert.deepEqual(mimecast("\ufeff \t acc=1 \r"), { acc: "1 " });
    assert.equal(code("\ufeff\ufeffacc=1"), "not_mimecast");
  });
  it("repairs invalid UTF-8, one U+FFFD for each byte", () => {
    const raw = Uint8Array.of(...bytes("acc=a"), 0xf0, 0x9f, 0x98, 0xc3, 0xa9, 0xff, 0xed, 0xa0, 0x80);
    assert.deepEqual(
      JSON.parse(oracleLine(raw, "fields", TIME)).mimecast.acc,
      `a${"\ufffd".repeat(3)}é${"\ufffd".repeat(4)}`,
    );
  });
});

describe("duplicate keys", () => {
  it("keep the first value if they were seen before a stranger's field", () => {
    const text = "IP=1.1.1.1|Subject=x|IP=6.6.6.6|Subject=y";
    assert.deepEqual(mimecast(text), {
      IP: "1.1.1.1",
      Subject: "x",
      "duplicate.IP": "6.6.6.6",
      "duplicate.Subject": "y",
    });
    assert.deepEqual(result(text).detection_fields, [{ key: "parser_duplicate_keys", value: "IP,Subject" }]);
  });
  it("keep the last value if they were first seen after one", () => {
    assert.deepEqual(mimecast("Subject=x|IP=6.6.6.6|Act=Acc|ip2=a|IP=1.1.1.1|ip2=b"), {
      IP: "1.1.1.1",
      Act: "Acc",
      Subject: "x",
      ip2: "b",
      "duplicate.IP": "6.6.6.6",
      "duplicate.ip2": "a",
    });
  });
  it("are one key under all names of a field, numbered from the second losing value", () => {
    assert.deepEqual(mimecast("Sender=a|sender=b|senderEnvelope=c|Sender="), {
      Sender: "a",
      "duplicate.sender": "b",
      "duplicate.2.senderEnvelope": "c",
    });
  });
  it("stand in the order in which they lost", () => {
    const names = Object.keys(Object(mimecast("acc=1|Subject=s|IP=a|Size=a|acc=2|Size=b|IP=b|IP=c")));
    assert.deepEqual(names.slice(4), ["duplicate.acc", "duplicate.Size", "duplicate.IP", "duplicate.2.IP"]);
  });
  it("count an absent value like any other in key=value", () => {
    assert.deepEqual(mimecast("acc=|acc=1"), { "duplicate.acc": "1" });
    assert.deepEqual(mimecast("Subject=|acc=1|acc="), { "duplicate.acc": "1" });
  });
  it("keep the first present value in JSON", () => {
    assert.deepEqual(mimecast('{"Subject":"x","acc":null,"acc":"1","accountId":2}'), {
      acc: "1",
      Subject: "x",
      "duplicate.accountId": "2",
    });
  });
});

describe("names that depend on the log type", () => {
  it("mean Act and Rcpt in a receipt, Action and Recipient in a protect log", () => {
    assert.deepEqual(mimecast("action=Rej|recipients=a@b|senderIp=x"), { IP: "x", Rcpt: "a@b", Act: "Rej" });
    assert.deepEqual(mimecast("reason=x|action=warn|recipients=a@b"), {
      Recipient: "a@b",
      Action: "warn",
      reason: "x",
    });
  });
  it("give no field to senderIp of a delivery, since it is not the address delivered to", () => {
    const text = '{"type":"delivery","senderIp":"192.0.2.1","destinationIp":"192.0.2.2"}';
    assert.deepEqual(mimecast(text), { IP: "192.0.2.2", type: "delivery", senderIp: "192.0.2.1" });
    assert.deepEqual(udm(text).target, { ip: ["192.0.2.2"] });
  });
  it("lose against the field itself, once the whole line was read", () => {
    assert.deepEqual(mimecast("action=Rej|action=Hld|acc=1|acc=2|Act=Acc|Act=Bnc"), {
      acc: "1",
      Act: "Acc",
      "duplicate.action": "Hld",
      "duplicate.acc": "2",
      "duplicate.2.Act": "Bnc",
      "duplicate.3.action": "Rej",
    });
  });
});

describe("names in the event for unknown keys", () => {
  it("are numbered extras where the event needs the name itself", () => {
    assert.deepEqual(
      mimecast('{"acc":"1","":"a","7":"b","duplicate.IP":"c","extra.1.":"d","unparsed":"e","x":"f","7":"g"}'),
      {
        acc: "1",
        "extra.1.": "a",
        "extra.2.7": "b",
        "extra.3.duplicate.IP": "c",
        "extra.4.extra.1.": "d",
        "extra.5.unparsed": "e",
        x: "f",
        "extra.6.7": "g",
      },
    );
  });
  it("are extras beyond 256 different ones, but those seen before keep theirs", () => {
    const members = Array.from({ length: 258 }, (_, index) => `"u${index}":"v"`).join(",");
    const fields = mimecast(`{"acc":"1",${members},"u0":"w"}`) as Tree;
    assert.equal(fields["extra.1.u256"], "v");
    assert.equal(fields["extra.2.u257"], "v");
    assert.equal(fields["duplicate.u0"], "w");
  });
});

describe("log type", () => {
  const type = (text: string): unknown => udm(text).additional?.mimecast_log_type;
  it("is what type says in JSON, in any case, and not in key=value", () => {
    assert.equal(type('{"eventType":"URL Protect","Delivered":true}'), "url protect");
    assert.equal(type("type=spam|acc=1"), "receipt");
  });
  it("else comes from the file's name, else from the keys", () => {
    assert.equal(
      type('{"filename_for_malachite":"C:\\\\ttp_ap_1.siem","Delivered":1}'),
      "attachment protect",
    );
    assert.equal(type('{"filename_for_malachite":"mta_receipt_1","Delivered":1}'), "delivery");
    // In key=value a stranger could have written it.
    assert.equal(type("filename_for_malachite=av_1|Delivered=true"), "delivery");
    assert.equal(type("AttCnt=0|Virus=x|md5=y"), "process");
    assert.equal(type("Virus=x|md5=y"), "av");
    assert.equal(type("url=x"), "url protect");
    assert.equal(type("URL=x"), "receipt");
    assert.equal(type("SourceIP=x|headerFrom=y"), "spam");
    assert.equal(type("SourceIP=x|headerFrom=y|Act=Acc"), "receipt");
    assert.equal(type("AttCnt=<>|RcptHdrType=x"), "journal");
  });
});

describe("values", () => {
  it("read times by the rule", () => {
    assert.equal(timestamp("2021-05-26T16: 47:41+0100"), "2021-05-26T16:47:41+01:00");
    assert.equal(timestamp("2021-05-26T16:47:41.5"), "2021-05-26T16:47:41.5Z");
    assert.equal(timestamp("0001-01-01T00:00:00-23:59"), "0001-01-01T00:00:00-23:59");
    assert.equal(timestamp("946684800"), "1970-01-11T22:58:04.800Z");
    assert.equal(timestamp("253402300799999"), "9999-12-31T23:59:59.999Z");
    for (const odd of [
      "253402300800000",
      "1900-02-29T00:00:00",
      "0000-01-01T00:00:00",
      "2021-05-26T16:47:41z",
      "2021-05-26T24:00:00",
      "2021-05-26T16:47:41+01",
      "2021-05-26 16:47:41",
      "2021-05-26T16:47:41.",
      "2021-05-26T16:47:41\n",
    ]) {
      assert.equal(timestamp(odd), undefined, odd);
    }
  });
  it("write the host's time with as few of 0, 3, 6, 9 decimals as hold it", () => {
    const fractions = [0, 500_000_000, 1_000_000, 1_000, 1].map((nsec) =>
      hostTimestamp({ sec: 0, nsec }).slice(19),
    );
    assert.deepEqual(fractions, ["Z", ".500Z", ".001Z", ".000001Z", ".000000001Z"]);
  });
  it("find addresses", () => {
    assert.equal(address(" a@b\t"), "a@b");
    assert.equal(address("x <c@d> <a@b>"), "a@b");
    assert.equal(address('"a@ b"@c'), undefined);
    assert.equal(address('"a@b"@c'), '"a@b"@c');
    for (const odd of ["@b", "a@", "a@b@c", "<a@b", "a@b>x", "", '"a@b', "a\u0000@b", "a\x7f@b", "x <a@b >"])
      assert.equal(address(odd), undefined, odd);
  });
  it("hold unsigned numbers of 64 bits", () => {
    assert.equal(unsigned("18446744073709551615"), "18446744073709551615");
    for (const odd of ["18446744073709551616", "01", "-1", "1.0", "", " 1"])
      assert.equal(unsigned(odd), undefined, odd);
  });
  it("tell IP addresses as inet_pton does", () => {
    const odd = fc.string({ unit: fc.constantFrom(..."0123f::::...."), maxLength: 20 });
    fc.assert(
      fc.property(fc.oneof(odd, sampleOf("IP")), (text) => {
        assert.equal(ipAddress(text) !== undefined, isIP(text) !== 0 && !text.includes("%"), text);
      }),
      { numRuns: 20_000 },
    );
  });
  it("know a scheme from a host with a port", () => {
    assert.equal(urlWithScheme("hxxp://x"), "hxxp://x");
    assert.equal(urlWithScheme("mailto:a@b"), "mailto:a@b");
    assert.equal(urlWithScheme("localhost:8080"), "http://localhost:8080");
    assert.equal(urlWithScheme("example.com:x"), "http://example.com:x");
    assert.equal(urlWithScheme("a.b://x"), "a.b://x");
    assert.equal(urlWithScheme("data:"), "http://data:");
  });
  it("name attachments", () => {
    assert.deepEqual(attachmentNames('"a b.docx", "c,d.xlsx",, e"f'), ["a b.docx", "c,d.xlsx", "ef"]);
  });
  it("compare spam numbers exactly", () => {
    assert.equal(spamNumber("-7.05"), -7050);
    assert.equal(spamNumber("1.2345"), 1234);
    assert.equal(spamNumber("-1000000000.5"), -999_999_999_500);
    for (const odd of [".5", "1.", "1.2.3", "+1", ""]) assert.equal(spamNumber(odd), undefined, odd);
  });
});

describe("security_result", () => {
  const verdict = (text: string): unknown => {
    const { category, severity } = result(text);
    return [category ?? "none", severity].flat();
  };
  it("takes category and severity from the first row that hits", () => {
    assert.deepEqual(verdict("RejType=Anti-Spam Virus|Virus=x"), ["SOFTWARE_MALICIOUS", "HIGH"]);
    assert.deepEqual(verdict("RejType=IP Found in RBL"), ["MAIL_SPAM", "MEDIUM"]);
    assert.deepEqual(verdict("RejType=Connection Attempt|Virus=x"), ["UNKNOWN_CATEGORY", "LOW"]);
    assert.deepEqual(verdict("ScanResultInfo=x|reason=MALICIOUS"), ["NETWORK_MALICIOUS", "HIGH"]);
    assert.deepEqual(verdict("reason=malicious link|Hld=rbl"), ["MAIL_SPAM", "MEDIUM"]);
    assert.deepEqual(verdict("Definition=x|TaggedMalicious=True|Hld=Att"), ["MAIL_SPOOFING", "MEDIUM"]);
    assert.deepEqual(verdict("Hld=Exp|SpamScore=20"), ["MAIL_SPAM", "HIGH"]);
    assert.deepEqual(verdict("acc=1"), ["none", "LOW"]);
  });
  it("holds the spam score against the limit, or against 7 and 20", () => {
    assert.deepEqual(verdict("SpamScore=9.999|SpamLimit=5"), ["MAIL_SPAM", "MEDIUM"]);
    assert.deepEqual(verdict("SpamScore=10|SpamLimit=5"), ["MAIL_SPAM", "HIGH"]);
    assert.deepEqual(verdict("SpamScore=6.999|SpamLimit=0"), ["none", "LOW"]);
    assert.deepEqual(verdict("SpamScore=7|SpamLimit=-5"), ["MAIL_SPAM", "MEDIUM"]);
    assert.deepEqual(verdict("SpamScore=99x|SpamLimit=5"), ["none", "LOW"]);
  });
  it("takes the action from Act, else Action, else Delivered", () => {
    assert.deepEqual(result("Act=rej|Action=Allow|Hld=Spm").action_details, "rej (Spm)");
    assert.deepEqual(result("Act=Rty").action, ["UNKNOWN_ACTION"]);
    assert.deepEqual(result("Action=WARN").action, ["ALLOW_WITH_MODIFICATION"]);
    assert.deepEqual(result("Delivered=False").action, ["FAIL"]);
    assert.deepEqual(result("Delivered=maybe").action, undefined);
  });
  it("spells hold reasons out, and keeps in additional what it could not say word for word", () => {
    assert.deepEqual(result("RejType=a|UrlCategory=b|Hld=RCPTLIMIT").category_details, [
      "a",
      "b",
      "Recipient limit",
    ]);
    assert.deepEqual(additional("Hld=RCPTLIMIT"), { Hld: "RCPTLIMIT", mimecast_log_type: "process" });
    assert.deepEqual(additional("Hld=Dpp"), { mimecast_log_type: "process" });
    assert.deepEqual(additional("Act=Hld|holdReason=Spm"), { mimecast_log_type: "process" });
  });
  it("takes one of Definition, Err, Error, reason as the summary and leaves the others to additional", () => {
    assert.equal(result("reason=r|Error=e").summary, "e");
    assert.deepEqual(additional("reason=r|Error=e"), { reason: "r", mimecast_log_type: "url protect" });
  });
  it("reads SpamProcessingDetail in all its forms", () => {
    const fields = (detail: string): unknown =>
      result(`SpamProcessingDetail=${detail}`).detection_fields ?? "none";
    const spf = [{ key: "spf.info", value: "x" }];
    assert.deepEqual(fields('{"spf":{"info":"x"}}'), spf);
    assert.deepEqual(fields(' "{\\"spf\\":{\\"info\\":\\"x\\"}}" '), spf);
    assert.deepEqual(fields('{"spf":{"info":"y","info":"x","allow":null}}'), spf);
    for (const odd of [
      "SPF fails",
      '{"spf":true}',
      '[{"spf":{"info":"x"}}]',
      '{"spf":{"info":"x"}}x',
      '{"spf":{"info":""}}',
    ])
      assert.deepEqual(fields(odd), "none", odd);
  });
});

describe("nouns", () => {
  it("are given by the application where nothing else is one", () => {
    assert.deepEqual(udm("acc=1").observer, { application: "Mimecast MTA" });
    assert.deepEqual(udm("Rcpt=a@b").principal, { application: "Mimecast MTA" });
    assert.deepEqual(udm("Size=1").observer, undefined);
  });
  it("take IP, or SourceIP where IP is no address, for the principal of a receipt", () => {
    assert.deepEqual(udm("IP=x|SourceIP=192.0.2.9").principal, { ip: ["192.0.2.9"] });
    assert.deepEqual(additional("IP=192.0.2.1|SourceIP=192.0.2.9"), {
      SourceIP: "192.0.2.9",
      mimecast_log_type: "receipt",
    });
    assert.deepEqual(additional("IP=192.0.2.1|AttCnt=0"), {
      IP: "192.0.2.1",
      AttCnt: "0",
      mimecast_log_type: "process",
    });
  });
  it("give AttSize to a single attachment only", () => {
    assert.deepEqual(udm('AttNames="a"|AttSize=5|URL=x').about, [
      { file: { full_path: "a", size: "5" } },
      { url: "http://x" },
    ]);
    assert.deepEqual(additional("AttNames=a,b|AttSize=5"), { AttSize: "5", mimecast_log_type: "process" });
    assert.deepEqual(additional('AttNames=a"b'), { AttNames: 'a"b', mimecast_log_type: "process" });
  });
  it("take Recipient's addresses only where Rcpt has none", () => {
    const to = (text: string): unknown => [udm(text).network?.email?.to, additional(text)];
    const type = { mimecast_log_type: "receipt" };
    assert.deepEqual(to("Rcpt=a@b, c@d|Recipient=e@f"), [["a@b", "c@d"], { Recipient: "e@f", ...type }]);
    assert.deepEqual(to("Rcpt=nobody|Recipient=e@f"), [["e@f"], { Rcpt: "nobody", ...type }]);
    assert.deepEqual(to('Rcpt="X, Y" <a@b>,c@d'), [["a@b", "c@d"], { Rcpt: '"X, Y" <a@b>,c@d', ...type }]);
  });
});

describe("splitting", () => {
  it("ends records at LF, CR LF, and CR before datetime= or the end", () => {
    assert.deepEqual(split("a\nb\r\nc\rd\rdatetime=e\r"), ["a", "b", "c\rd", "datetime=e"]);
    assert.deepEqual(split('\n\r\r\n \t\r\n{"a":1}\r{"b":2}\rx\n'), [" \t", '{"a":1}', '{"b":2}\rx']);
  });
  it("unrolls members, whatever line breaks stand in them", () => {
    assert.deepEqual(split('{"type":"MTA",\n"n":1,"data":[\n{"a":\n[1]},{"b":"}\\"]"} ]\n}\nx'), [
      '{"a":\n[1]}',
      '{"b":"}\\"]"}',
      "x",
    ]);
  });
  it("leaves alone what only looks like a member", () => {
    assert.deepEqual(split('{"meta":{},"data":[{}]}\n{"data":{}}'), [
      '{"meta":{},"data":[{}]}',
      '{"data":{}}',
    ]);
  });
  it("reads what follows strange text in a member as lines", () => {
    assert.deepEqual(split('{"data":[{"a":1},null,{"b":2}]}\nx'), ['{"a":1}', 'null,{"b":2}]}', "x"]);
    assert.deepEqual(split('{"data":[{"a":1},{"b":"cut\n{"data":[{"c":3}]}'), [
      '{"a":1}',
      '{"b":"cut',
      '{"c":3}',
    ]);
  });
});

describe("what cannot be mapped", () => {
  it("leaves as it came, with the code", () => {
    assert.equal(
      oracleLine(bytes('hello "x"\t'), "fields", TIME),
      '{"log":"hello \\"x\\"\\t","mimecast_error":{"code":"not_mimecast","message":""}}',
    );
  });
  it("says why", () => {
    assert.equal(code("a=b"), "not_mimecast");
    assert.equal(code('{"a":1}'), "not_mimecast");
    assert.equal(code('{"acc":01}'), "bad_json");
    assert.equal(code('{"acc":1} x'), "bad_json");
    assert.equal(code('{"acc":1} {'), "several_records");
    assert.equal(code('{"acc":1}datetime=x'), "several_records");
    assert.equal(code(`{"acc":${"[".repeat(127)}${"]".repeat(127)}}`), undefined);
    assert.equal(code(`{"acc":${"[".repeat(128)}${"]".repeat(128)}}`), "deep_json");
  });
  it("makes messages comparable", () => {
    assert.equal(
      withoutMessage('{"log":"x","mimecast_error":{"code":"no_line","message":"say \\"log\\""}}'),
      '{"log":"x","mimecast_error":{"code":"no_line","message":""}}',
    );
  });
});

describe("a shipper's record", () => {
  const failed = (record: string): unknown => JSON.parse(filtered(record)).mimecast_error?.code;
  it("holds the line in log, or in message where there is no log", () => {
    assert.equal(filtered('{"log":"acc=1\\r\\n"}'), oracleLine(bytes("acc=1"), "udm", TIME));
    assert.equal(filtered('{"message":"acc=1"}'), oracleLine(bytes("acc=1"), "udm", TIME));
    assert.equal(filtered('{"log":{"acc" : 1}}'), oracleLine(bytes('{"acc":1}'), "udm", TIME));
    assert.equal(filtered('{"log":null,"message":"acc=1"}'), oracleLine(bytes("acc=1"), "udm", TIME));
    assert.equal(failed('{"log":null,"message":["acc=1"]}'), "no_line");
  });
  it("has its other members read as keys before the line", () => {
    const event = JSON.parse(
      filtered('{"log":"acc=1|host=b","host":"a","filename_for_malachite":"av_1","k8s":{"x": 1}}'),
    );
    assert.deepEqual(event.additional, {
      host: "a",
      k8s: '{"x":1}',
      "duplicate.host": "b",
      mimecast_log_type: "av",
    });
  });
  it("has siblings that are absent or a stranger's without a say in the line's keys", () => {
    const text = filtered('{"acc":null,"Subject":"x","log":"acc=1|acc=2|IP=3"}');
    assert.deepEqual(JSON.parse(text).metadata.product_log_id, "1");
  });
  it("is handed back if several records are in its line", () => {
    assert.equal(failed('{"log":"acc=1\\rdatetime=x"}'), "several_records");
    assert.equal(failed('{"log":"{\\"type\\":\\"MTA\\",\\"data\\":[]}"}'), "several_records");
  });
  it("is handed back as it came, an earlier error replaced", () => {
    assert.equal(
      filtered('{"mimecast_error": 1, "a": "\\u0041\\ud800", "log": "x"}'),
      '{"a":"A\ufffd","log":"x","mimecast_error":{"code":"not_mimecast","message":""}}',
    );
    assert.equal(filtered('{"log":" "}'), '{"log":" ","mimecast_error":{"code":"empty_line","message":""}}');
    assert.equal(filtered("{}"), '{"mimecast_error":{"code":"no_line","message":""}}');
    assert.equal(filtered("[1]"), '{"record":"[1]","mimecast_error":{"code":"bad_record","message":""}}');
  });
});

describe("the oracle over generated lines", () => {
  it("makes nothing but events that fit the schema, and errors", () => {
    let events = 0;
    fc.assert(
      fc.property(line, (raw) => {
        const answer: unknown = JSON.parse(oracleLine(raw, "udm", TIME));
        if (isError(answer)) return;
        events++;
        assert.deepEqual(validateEvent(answer), []);
      }),
      { numRuns: 2_000 },
    );
    assert.ok(events > 1_000, `only ${events} of 2000 lines made an event`);
  });
  it("meets every field of the dictionary", () => {
    const seen = new Set(
      fc.sample(line, { numRuns: 3_000, seed: 1 }).flatMap((raw) => Object.keys(fieldsOf(raw))),
    );
    const always = ["action", "recipients", "emailSize"]; // these always find their field
    assert.deepEqual(
      DICTIONARY.map((field) => field.name).filter((name) => !seen.has(name)),
      always,
    );
  });
});

function isError(answer: unknown): boolean {
  return typeof answer === "object" && answer !== null && "mimecast_error" in answer;
}

function fieldsOf(raw: Uint8Array): Tree {
  return JSON.parse(oracleLine(raw, "fields", TIME)).mimecast ?? {};
}

import { type } from "../../../assembly/fields/dictionary";
import { fieldAt, fieldCount, firstName } from "../../../assembly/fields/field";
import { findLogType, isLogTypeName, logTypeName, RECEIPT } from "../../../assembly/udm/log-type";
import { decoded, read } from "../decoded";
import { literalText } from "../events";
import { misanswered } from "../support";

/** Every log type. */
const TYPES = [
  "delivery",
  "process",
  "journal",
  "av",
  "impersonation protect",
  "internal email protect",
  "url protect",
  "attachment protect",
  "spam",
  "receipt",
];

/** The log type of a line that can be read. */
function typeOf(line: string): string {
  assert(read(line) == 0, "the line cannot be read");
  return literalText(logTypeName(findLogType()));
}

/** What the line decodes to, names that depend on the log type resolved. */
function resolved(line: string): string {
  typeOf(line);
  return decoded();
}

/** What a field by itself tells. */
function typeByField(name: string): string {
  return typeOf(`${name}=1`);
}

function typeByFile(name: string): string {
  return typeOf(`{"filename_for_malachite":"${name}"}`);
}

function typeByName(name: string): string {
  return typeOf(`{"type":"${name}"}`);
}

describe("the log type that a JSON line names", () => {
  it("is each of the ten, in any case", () => {
    expect(TYPES.length).toBe(10);
    for (let i = 0; i < TYPES.length; i++) {
      expect(typeByName(TYPES[i])).toBe(TYPES[i]);
      expect(typeByName(TYPES[i].toUpperCase())).toBe(TYPES[i]);
      expect(typeOf(`{"eventType":"${TYPES[i]}"}`)).toBe(TYPES[i]);
    }
  });

  it("counts before the file name and the fields", () => {
    expect(typeOf('{"type":"spam","filename_for_malachite":"delivery_1","Attempt":"1"}')).toBe("spam");
  });

  it("does not count if it is none", () => {
    const rows: string[][] = [
      ["", "receipt"],
      ["deliver", "receipt"],
      ["delivery_", "receipt"],
      [" spam", "receipt"],
      ["MTA", "receipt"],
      ["url_protect", "receipt"],
    ];
    expect(misanswered(rows, typeByName)).toBe("");
    expect(typeOf('{"type":"MTA","Attempt":"1"}')).toBe("delivery");
  });

  it("does not count in key=value", () => {
    expect(typeOf("type=spam|Attempt=1")).toBe("delivery");
    expect(typeOf("type=spam")).toBe("receipt");
  });
});

describe("the log type that a file name tells", () => {
  it("is told by each prefix", () => {
    const rows: string[][] = [
      ["receipt_20210526.log", "receipt"],
      ["process_20210526.log", "process"],
      ["delivery_20210526.log", "delivery"],
      ["jrnl_20210526.log", "journal"],
      ["av_20210526.log", "av"],
      ["spameventthread_20210526.log", "spam"],
      ["ttp_url_20210526.log", "url protect"],
      ["ttp_ap_20210526.log", "attachment protect"],
      ["impersonation_20210526.log", "impersonation protect"],
      ["iep_20210526.log", "internal email protect"],
    ];
    expect(misanswered(rows, typeByFile)).toBe("");
  });

  it("is that of the name behind the last slash or backslash", () => {
    const rows: string[][] = [
      ["/var/log/delivery_/av_1", "av"],
      ["C:\\\\logs\\\\av_\\\\jrnl_1", "journal"],
      ["a\\\\b/iep_1", "internal email protect"],
      ["/delivery_", "delivery"],
      ["delivery_/", "receipt"],
      ["x/y", "receipt"],
    ];
    expect(misanswered(rows, typeByFile)).toBe("");
  });

  it("is none for another prefix, or another case", () => {
    const rows: string[][] = [
      ["Delivery_1", "receipt"],
      ["delivery", "receipt"],
      ["delivery-1", "receipt"],
      [" delivery_1", "receipt"],
      ["my_delivery_1", "receipt"],
      ["ttp_1", "receipt"],
      ["j", "receipt"],
    ];
    expect(misanswered(rows, typeByFile)).toBe("");
  });

  it("counts before the fields", () => {
    expect(typeOf('{"filename_for_malachite":"av_1","Attempt":"1"}')).toBe("av");
  });

  it("does not count from the text of a key=value line, which strangers write in", () => {
    expect(typeOf("filename_for_malachite=av_1|acc=C")).toBe("receipt");
    expect(typeOf("Subject=x|filename_for_malachite=delivery_1")).toBe("receipt");
  });
});

describe("the log type that fields tell", () => {
  it("is told by each field of the table alone", () => {
    const types: string[][] = [
      [
        "delivery",
        "Delivered Attempt Latency ReceiptAck Snt UseTls Err deliveryAttempts tlsUsed deliveryErrors deliveryTime",
      ],
      [
        "process",
        "AttNames AttCnt AttSize MsgSize Hld IPInternalName IPNewDomain IPReplyMismatch IPSimilarDomain IPThreadDict",
      ],
      [
        "process",
        "attachments numberAttachments totalSizeAttachments holdReason ipNewDomain ipThreatDictionary",
      ],
      ["journal", "RcptActType RcptHdrType"],
      ["av", "CustomerIP MimecastIP"],
      [
        "impersonation protect",
        "Definition Hits InternalName CustomName NewDomain SimilarInternalDomain ThreatDictionary",
      ],
      [
        "impersonation protect",
        "SimilarCustomExternalDomain SimilarMimecastExternalDomain CustomThreatDictionary",
      ],
      ["internal email protect", "ScanResultInfo scanResults"],
      ["url protect", "reason blockReason url"],
      [
        "receipt",
        "datetime aCode acc IP RejType Error Dir headerFrom Sender Rcpt Act RejInfo TlsVer Cphr MsgId Subject",
      ],
      [
        "receipt",
        "Virus sha1 sha256 md5 fileName fileMime SourceIP URL Size SpamScore SpamInfo Route Action UrlCategory",
      ],
    ];
    for (let i = 0; i < types.length; i++) {
      const names = types[i][1].split(" ");
      for (let j = 0; j < names.length; j++) expect(typeByField(names[j])).toBe(types[i][0], names[j]);
    }
  });

  it("is told by fields together", () => {
    const rows: string[][] = [
      ["Virus=x|sha1=y", "av"],
      ["Virus=x|sha256=y", "av"],
      ["Virus=x|md5=y", "av"],
      ["fileName=x|sha1=y", "attachment protect"],
      ["fileName=x|sha256=y", "attachment protect"],
      ["fileName=x|md5=y", "attachment protect"],
      ["SourceIP=1.2.3.4|headerFrom=a@b", "spam"],
      ["SourceIP=1.2.3.4|headerFrom=a@b|Act=Acc", "receipt"],
      ["SourceIP=1.2.3.4|Sender=a@b", "receipt"],
      ["fileName=x|Virus=y|sha1=z", "av"],
    ];
    expect(misanswered(rows, typeOf)).toBe("");
  });

  it("is the first of the table that fits", () => {
    const rows: string[][] = [
      ["AttCnt=1|Attempt=1", "delivery"],
      ["RcptActType=1|AttCnt=1", "process"],
      ["CustomerIP=1|RcptHdrType=1", "journal"],
      ["Definition=1|MimecastIP=1", "av"],
      ["ScanResultInfo=1|Hits=1", "impersonation protect"],
      ["reason=1|ScanResultInfo=1", "internal email protect"],
      ["reason=1|fileName=x|sha1=y", "url protect"],
      ["fileName=x|sha1=y|SourceIP=1|headerFrom=a", "attachment protect"],
    ];
    expect(misanswered(rows, typeOf)).toBe("");
  });

  it("is not told by fields that are absent", () => {
    const rows: string[][] = [
      ["acc=C|Attempt=|AttCnt=null|Hld=<>", "receipt"],
      ["acc=C|Attempt=|AttCnt=1", "process"],
      ["Virus=x|sha1=", "receipt"],
      ["SourceIP=1|headerFrom=a@b|Act=", "spam"],
      ['{"Attempt":null,"AttCnt":"","acc":"C"}', "receipt"],
    ];
    expect(misanswered(rows, typeOf)).toBe("");
  });

  it("tells URL from `url` by the name that came", () => {
    const rows: string[][] = [
      ["url=http://a", "url protect"],
      ["URL=http://a", "receipt"],
      ["url=", "receipt"],
      ['{"url":"http://a"}', "url protect"],
      ['{"URL":"http://a"}', "receipt"],
    ];
    expect(misanswered(rows, typeOf)).toBe("");
  });

  it("does not depend on names whose field depends on it", () => {
    const rows: string[][] = [
      ["SourceIP=1|headerFrom=a@b|action=x", "spam"],
      ["emailSize=1", "receipt"],
      ["senderIp=1|headerFrom=a@b", "receipt"],
    ];
    expect(misanswered(rows, typeOf)).toBe("");
  });
});

/** First name of the field that has the name's value in a JSON line of the type. */
function fieldIn(logType: string, name: string): string {
  typeOf(`{"type":"${logType}","${name}":"x"}`);
  for (let i = 0; i < fieldCount(); i++) {
    if (fieldAt(i).state != 0 && literalText(fieldAt(i).name) == name) return literalText(firstName(i));
  }
  return "none";
}

/** Those fields for all log types. */
function fieldsFor(name: string): string {
  const fields: string[] = [];
  for (let i = 0; i < TYPES.length; i++) fields.push(fieldIn(TYPES[i], name));
  return fields.join(" ");
}

describe("a name whose field depends on the log type", () => {
  it("is resolved for action", () => {
    expect(fieldsFor("action")).toBe("Act Act Act Act Action Action Action Action Act Act");
  });

  it("is resolved for recipients", () => {
    expect(fieldsFor("recipients")).toBe(
      "Rcpt Rcpt Rcpt Recipient Recipient Recipient Recipient Recipient Recipient Rcpt",
    );
  });

  it("is resolved for emailSize", () => {
    expect(fieldsFor("emailSize")).toBe(
      "Snt MsgSize MsgSize Size MsgSize MsgSize MsgSize MsgSize MsgSize MsgSize",
    );
  });

  it("is resolved for senderIp", () => {
    expect(fieldsFor("senderIp")).toBe("senderIp IP IP IP IP IP IP IP SourceIP IP");
  });

  it("is resolved for destinationIp", () => {
    expect(fieldsFor("destinationIp")).toBe(
      "IP destinationIp destinationIp destinationIp destinationIp destinationIp destinationIp destinationIp destinationIp destinationIp",
    );
  });

  it("loses where the field was seen already, whichever came first", () => {
    expect(resolved("Act=Acc|action=Rej")).toBe("Act=Acc\nduplicate.action=Rej");
    expect(resolved("action=Rej|Act=Acc")).toBe("Act=Acc\nduplicate.action=Rej");
    expect(resolved("Act=|action=Rej|acc=C")).toBe("acc=C\nAct=\nduplicate.action=Rej");
  });

  it("is resolved in key=value too", () => {
    expect(resolved("Attempt=1|emailSize=5|recipients=a@b|senderIp=1.1.1.1|destinationIp=2.2.2.2")).toBe(
      "destinationIp=2.2.2.2\nrecipients=a@b\nAttempt=1\nemailSize=5\nsenderIp=1.1.1.1",
    );
  });
});

describe("the log type's own name", () => {
  it("is told byte for byte", () => {
    const found = read('{"type":"receipt"}') == 0 ? findLogType() : 99;
    expect(found).toBe(RECEIPT);
    expect(isLogTypeName(type, found)).toBe(true);
    read('{"type":"Receipt"}');
    expect(isLogTypeName(type, findLogType())).toBe(false);
    read('{"type":"MTA"}');
    expect(isLogTypeName(type, findLogType())).toBe(false);
    read('{"acc":"C"}');
    expect(isLogTypeName(type, findLogType())).toBe(false);
  });
});

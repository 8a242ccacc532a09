import { actionOf, actionWord } from "../../../assembly/udm/security-result";
import { eventOf, literalText, part } from "../events";
import { misanswered } from "../support";

/** Members of the one result, by name. */
function resultOf(line: string, name: string): string {
  return part(eventOf(line), `security_result.0.${name}`);
}

/** Action, what it was said by, and what is left of that in additional. */
function actionIn(line: string): string {
  const event = eventOf(line);
  const names = ["Act", "Action", "Hld", "Delivered"];
  let all = `${part(event, "security_result.0.action")} ${part(event, "security_result.0.action_details")}`;
  for (let i = 0; i < names.length; i++) {
    const left = part(event, `additional.${names[i]}`);
    if (left != "") all += ` ${names[i]} ${left}`;
  }
  return all.trim();
}

function detailsOf(line: string): string {
  return resultOf(line, "category_details");
}

function severityDetailsOf(line: string): string {
  return resultOf(line, "severity_details");
}

function descriptionOf(line: string): string {
  return resultOf(line, "description");
}

/** The summary, and what of its fields is left in additional. */
function summaryOf(line: string): string {
  const event = eventOf(line);
  const names = ["Definition", "Err", "Error", "reason"];
  let all = part(event, "security_result.0.summary");
  for (let i = 0; i < names.length; i++) {
    const left = part(event, `additional.${names[i]}`);
    if (left != "") all += ` ${names[i]} ${left}`;
  }
  return all;
}

/** Keys and values of the detection fields. */
function detectionOf(line: string): string {
  const event = eventOf(line);
  const labels: string[] = [];
  let label = part(event, "security_result.0.detection_fields.0");
  while (label != "") {
    labels.push(`${part(label, "key")}: ${part(label, "value")}`.split('"').join(""));
    label = part(event, `security_result.0.detection_fields.${labels.length}`);
  }
  return labels.join(", ");
}

describe("the action", () => {
  it("is that of Act's word, in any case", () => {
    const rows: string[][] = [
      ["Act=Acc", '["ALLOW"] "Acc"'],
      ["Act=Rej", '["BLOCK"] "Rej"'],
      ["Act=Hld", '["QUARANTINE"] "Hld"'],
      ["Act=Sdbx", '["QUARANTINE"] "Sdbx"'],
      ["Act=Bnc", '["BLOCK"] "Bnc"'],
      ["Act=REJ", '["BLOCK"] "REJ"'],
      ["Act=Ign", '["UNKNOWN_ACTION"] "Ign"'],
      ["Act=allow", '["UNKNOWN_ACTION"] "allow"'],
    ];
    expect(misanswered(rows, actionIn)).toBe("");
  });

  it("is that of Action's word without Act", () => {
    const rows: string[][] = [
      ["Action=hold", '["QUARANTINE"] "hold"'],
      ["Action=warn", '["ALLOW_WITH_MODIFICATION"] "warn"'],
      ["Action=Block", '["BLOCK"] "Block"'],
      ["Action=allow", '["ALLOW"] "allow"'],
      ["Action=none", '["ALLOW"] "none"'],
      ["Action=other", '["UNKNOWN_ACTION"] "other"'],
      ["Action=acc", '["UNKNOWN_ACTION"] "acc"'],
      ["Act=Acc|Action=block", '["ALLOW"] "Acc" Action "block"'],
    ];
    expect(misanswered(rows, actionIn)).toBe("");
  });

  it("is that of Delivered without both, and Delivered stays", () => {
    const rows: string[][] = [
      ["Delivered=true", '["ALLOW"]  Delivered "true"'],
      ["Delivered=False", '["FAIL"]  Delivered "False"'],
      ["Delivered=maybe", 'Delivered "maybe"'],
      ["Act=Rej|Delivered=true", '["BLOCK"] "Rej" Delivered "true"'],
    ];
    expect(misanswered(rows, actionIn)).toBe("");
  });

  it("has the hold reason behind it", () => {
    const rows: string[][] = [
      ["Act=Hld|Hld=Spm", '["QUARANTINE"] "Hld (Spm)"'],
      ["Action=hold|Hld=Something", '["QUARANTINE"] "hold (Something)"'],
      ["Hld=Spm", 'Hld "Spm"'],
      ["Hld=Something", ""],
      ["Hld=Dpp", ""],
    ];
    expect(misanswered(rows, actionIn)).toBe("");
  });

  it("has a table that ends where it ends", () => {
    expect(literalText(actionWord(0, 4))).toBe("bnc");
    expect(literalText(actionOf(0, 4))).toBe('BLOCK"],');
    expect(actionWord(0, 5) == 0).toBe(true);
    expect(literalText(actionWord(1, 1))).toBe("warn");
    expect(actionWord(1, 5) == 0).toBe(true);
  });
});

describe("details of the category", () => {
  it("are RejType, UrlCategory and the hold reason, spelled out", () => {
    const rows: string[][] = [
      ["RejType=x", '["x"]'],
      ["Hld=Spm|UrlCategory=y|RejType=x", '["x","y","Spam"]'],
      ["Hld=Something", '["Something"]'],
      ["Hld=Dpp", '["Dpp"]'],
      ["acc=C", ""],
    ];
    expect(misanswered(rows, detailsOf)).toBe("");
  });
});

describe("details of the severity", () => {
  it("are the parts that are there, in the order of the documentation", () => {
    const rows: string[][] = [
      ["SpamScore=1|SpamLimit=2|SpamInfo=x", '"SpamInfo=x, SpamLimit=2, SpamScore=1"'],
      ["SpamScore=1", '"SpamScore=1"'],
      ["SpamLimit=2|SpamScore=1", '"SpamLimit=2, SpamScore=1"'],
      ["acc=C", ""],
    ];
    expect(misanswered(rows, severityDetailsOf)).toBe("");
  });
});

describe("the description", () => {
  it("has the parts that are there, in the order of the documentation", () => {
    const rows: string[][] = [
      ["RejInfo=x|RejType=y|RejCode=550", '"RejCode=550, RejType=y, RejInfo=x"'],
      ["RejInfo=x", '"RejInfo=x"'],
      ["acc=C", ""],
    ];
    expect(misanswered(rows, descriptionOf)).toBe("");
  });
});

describe("the summary", () => {
  it("is the first of Definition, Err, Error and reason; the others stay", () => {
    const rows: string[][] = [
      ["reason=d|Error=c|Err=b|Definition=a", '"a" Err "b" Error "c" reason "d"'],
      ["reason=d|Error=c|Err=b", '"b" Error "c" reason "d"'],
      ["reason=d|Error=c", '"c" reason "d"'],
      ["reason=d", '"d"'],
      ["acc=C", ""],
    ];
    expect(misanswered(rows, summaryOf)).toBe("");
  });
});

describe("the threat's name", () => {
  it("is Virus, or else ScanResultInfo", () => {
    expect(resultOf("Virus=v|ScanResultInfo=s", "threat_name")).toBe('"v"');
    expect(resultOf("ScanResultInfo=s", "threat_name")).toBe('"s"');
    expect(part(eventOf("Virus=v|ScanResultInfo=s"), "additional.ScanResultInfo")).toBe('"s"');
  });
});

describe("detection fields", () => {
  it("hold what came, in the order of the documentation", () => {
    const detail =
      'SpamProcessingDetail={"dmarc":{"info":"d","allow":true},"spf":{"allow":false,"info":"s"}}';
    expect(detectionOf(`aCode=x|aCode=y|Route=r|headerFrom=h|Sender=s|Dir=i|${detail}`)).toBe(
      "network_direction: i, Sender: s, header_from: h, Route: r, spf.allow: false, spf.info: s, dmarc.allow: true, dmarc.info: d, aCode: x, parser_duplicate_keys: aCode",
    );
  });

  it("leave aCode and SpamProcessingDetail in additional", () => {
    const event = eventOf('aCode=x|SpamProcessingDetail={"spf":{"allow":true}}|Dir=i|Route=r');
    expect(part(event, "additional")).toBe(
      '{"aCode":"x","SpamProcessingDetail":"{\\"spf\\":{\\"allow\\":true}}","mimecast_log_type":"receipt"}',
    );
  });

  it("name duplicate fields in the dictionary's order, then unknown keys as they came", () => {
    expect(detectionOf("foo=1|bar=2|Act=a|messageId=1|acc=1|bar=3|Act=b|acc=|MsgId=2|foo=4")).toBe(
      "parser_duplicate_keys: acc,Act,MsgId,foo,bar",
    );
  });

  it("are none where there is nothing to say", () => {
    expect(detectionOf("acc=C")).toBe("");
  });
});

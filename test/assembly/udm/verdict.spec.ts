import {
  category,
  findVerdict,
  HIGH,
  holdName,
  MEDIUM,
  severity,
  verdictRow,
} from "../../../assembly/udm/verdict";
import { read } from "../decoded";
import { literalText } from "../events";
import { misanswered } from "../support";

/** Category and severity of a line: `MAIL_SPAM MEDIUM`, or the severity alone. */
function verdictOf(line: string): string {
  assert(read(line) == 0, "the line cannot be read");
  findVerdict();
  const level = severity() == HIGH ? "HIGH" : severity() == MEDIUM ? "MEDIUM" : "LOW";
  return `${literalText(category())} ${level}`.trimStart();
}

function verdictOfRejType(text: string): string {
  return verdictOf(`RejType=${text}`);
}

function verdictOfHld(text: string): string {
  return verdictOf(`Hld=${text}`);
}

/** What the hold reason is called, or nothing where it stays as it came. */
function nameOfHld(text: string): string {
  verdictOfHld(text);
  return literalText(holdName());
}

function verdictOfScore(text: string): string {
  return verdictOf(`SpamScore=${text}`);
}

describe("a rejection type", () => {
  it("gives a verdict for each word of the table", () => {
    const rows: string[][] = [
      ["virus", "SOFTWARE_MALICIOUS HIGH"],
      ["malware", "SOFTWARE_MALICIOUS HIGH"],
      ["qrcode", "MAIL_PHISHING HIGH"],
      ["phish", "MAIL_PHISHING HIGH"],
      ["spoof", "MAIL_SPOOFING MEDIUM"],
      ["dmarc", "MAIL_SPOOFING MEDIUM"],
      ["spf", "MAIL_SPOOFING MEDIUM"],
      ["dkim", "MAIL_SPOOFING MEDIUM"],
      ["impersonat", "MAIL_SPOOFING MEDIUM"],
      ["spam", "MAIL_SPAM MEDIUM"],
      ["rbl", "MAIL_SPAM MEDIUM"],
      ["reputation", "MAIL_SPAM MEDIUM"],
      ["manual", "POLICY_VIOLATION LOW"],
      ["policy", "POLICY_VIOLATION LOW"],
      ["envelope", "POLICY_VIOLATION LOW"],
      ["header rejected", "POLICY_VIOLATION LOW"],
      ["content", "POLICY_VIOLATION LOW"],
    ];
    expect(misanswered(rows, verdictOfRejType)).toBe("");
    for (let i = 0; i < rows.length; i++) expect(verdictOfRejType(rows[i][0].toUpperCase())).toBe(rows[i][1]);
  });

  it("gives one for the words in Mimecast's own texts", () => {
    const rows: string[][] = [
      ["Virus Signature Detection", "SOFTWARE_MALICIOUS HIGH"],
      ["Anti-Spoofing policy - Inbound not allowed", "MAIL_SPOOFING MEDIUM"],
      ["DMARC Sender Invalid - envelope rejected", "MAIL_SPOOFING MEDIUM"],
      ["Spam Signature detected", "MAIL_SPAM MEDIUM"],
      ["IP Found in RBL", "MAIL_SPAM MEDIUM"],
      ["Manual Envelope Rejection", "POLICY_VIOLATION LOW"],
      ["Impersonation Attack", "MAIL_SPOOFING MEDIUM"],
    ];
    expect(misanswered(rows, verdictOfRejType)).toBe("");
  });

  it("gives the verdict of the first row that fits, wherever its word stands", () => {
    const rows: string[][] = [
      ["spam with a virus", "SOFTWARE_MALICIOUS HIGH"],
      ["policy: phish", "MAIL_PHISHING HIGH"],
      ["content, spam, spf", "MAIL_SPOOFING MEDIUM"],
    ];
    expect(misanswered(rows, verdictOfRejType)).toBe("");
  });

  it("is of an unknown category with any other text", () => {
    const rows: string[][] = [
      ["Recipient Invalid", "UNKNOWN_CATEGORY LOW"],
      ["x", "UNKNOWN_CATEGORY LOW"],
      ["s-p-a-m", "UNKNOWN_CATEGORY LOW"],
    ];
    expect(misanswered(rows, verdictOfRejType)).toBe("");
  });

  it("counts before all other fields", () => {
    expect(verdictOf("RejType=manual|Virus=x|ScanResultInfo=y|Hld=Spm|SpamScore=99|reason=malicious")).toBe(
      "POLICY_VIOLATION LOW",
    );
    expect(verdictOf("RejType=other|Virus=x")).toBe("UNKNOWN_CATEGORY LOW");
  });
});

describe("a virus", () => {
  it("is malicious software", () => {
    expect(verdictOf("Virus=Eicar")).toBe("SOFTWARE_MALICIOUS HIGH");
    expect(verdictOf("RejType=|Virus=Eicar|ScanResultInfo=x|Hld=Spm")).toBe("SOFTWARE_MALICIOUS HIGH");
  });
});

describe("a scan result or a malicious reason", () => {
  it("is malicious in the network, more so with the reason", () => {
    const rows: string[][] = [
      ["ScanResultInfo=Blocked URL", "NETWORK_MALICIOUS MEDIUM"],
      ["reason=malicious", "NETWORK_MALICIOUS HIGH"],
      ["reason=Malicious", "NETWORK_MALICIOUS HIGH"],
      ["ScanResultInfo=x|reason=malicious", "NETWORK_MALICIOUS HIGH"],
      ["ScanResultInfo=x|reason=clean", "NETWORK_MALICIOUS MEDIUM"],
      ["ScanResultInfo=x|Definition=y|TaggedMalicious=true|Hld=Spm", "NETWORK_MALICIOUS MEDIUM"],
    ];
    expect(misanswered(rows, verdictOf)).toBe("");
  });

  it("is nothing with another reason", () => {
    const rows: string[][] = [
      ["reason=clean", "LOW"],
      ["reason=maliciou", "LOW"],
      ["reason=malicious link", "LOW"],
    ];
    expect(misanswered(rows, verdictOf)).toBe("");
  });
});

describe("an impersonation", () => {
  it("is spoofing if it was tagged malicious", () => {
    const rows: string[][] = [
      ["Definition=x|TaggedMalicious=true", "MAIL_SPOOFING MEDIUM"],
      ["Definition=x|TaggedMalicious=TRUE|Hld=Url", "MAIL_SPOOFING MEDIUM"],
      ["Definition=x|TaggedMalicious=false", "LOW"],
      ["Definition=x|TaggedMalicious=yes", "LOW"],
      ["Definition=x", "LOW"],
      ["TaggedMalicious=true", "LOW"],
      ["Definition=x|TaggedMalicious=false|Hld=Url", "NETWORK_SUSPICIOUS MEDIUM"],
    ];
    expect(misanswered(rows, verdictOf)).toBe("");
  });
});

describe("a hold reason", () => {
  it("gives a verdict for each word of the table, in any case", () => {
    const rows: string[][] = [
      ["Spm", "MAIL_SPAM MEDIUM"],
      ["Rbl", "MAIL_SPAM MEDIUM"],
      ["Imp", "MAIL_SPOOFING MEDIUM"],
      ["Bec", "MAIL_SPOOFING MEDIUM"],
      ["Att", "SOFTWARE_SUSPICIOUS MEDIUM"],
      ["Sbx", "SOFTWARE_SUSPICIOUS MEDIUM"],
      ["Url", "NETWORK_SUSPICIOUS MEDIUM"],
      ["Ctnt", "POLICY_VIOLATION MEDIUM"],
      ["Dpp", "POLICY_VIOLATION MEDIUM"],
      ["RcptLimit", "POLICY_VIOLATION MEDIUM"],
      ["Oth", "LOW"],
    ];
    expect(misanswered(rows, verdictOfHld)).toBe("");
    for (let i = 0; i < rows.length; i++) expect(verdictOfHld(rows[i][0].toUpperCase())).toBe(rows[i][1]);
  });

  it("is compared whole", () => {
    const rows: string[][] = [
      ["Spms", "LOW"],
      ["Sp", "LOW"],
      ["Spam", "LOW"],
      ["Spm Url", "LOW"],
    ];
    expect(misanswered(rows, verdictOfHld)).toBe("");
  });

  it("is spelled out, or stays as it came", () => {
    const rows: string[][] = [
      ["Spm", "Spam"],
      ["rbl", "Real-time block list"],
      ["Imp", "Impersonation"],
      ["Bec", "Business email compromise"],
      ["Att", "Attachment"],
      ["Sbx", "Sandbox"],
      ["Url", "URL"],
      ["Ctnt", "Content"],
      ["RcptLimit", "Recipient limit"],
      ["Oth", "Other"],
      ["Dpp", ""],
      ["Something", ""],
    ];
    expect(misanswered(rows, nameOfHld)).toBe("");
  });

  it("is spelled out even where another field gives the verdict", () => {
    expect(verdictOf("Hld=Spm|Virus=x")).toBe("SOFTWARE_MALICIOUS HIGH");
    expect(literalText(holdName())).toBe("Spam");
  });

  it("is none of the line before", () => {
    verdictOfHld("Spm");
    expect(verdictOf("acc=C")).toBe("LOW");
    expect(literalText(holdName())).toBe("");
  });

  it("counts before the spam score, unless it gives no category", () => {
    expect(verdictOf("Hld=Url|SpamScore=99")).toBe("NETWORK_SUSPICIOUS MEDIUM");
    expect(verdictOf("Hld=Oth|SpamScore=99")).toBe("MAIL_SPAM HIGH");
    expect(verdictOf("Hld=Something|SpamScore=8")).toBe("MAIL_SPAM MEDIUM");
  });
});

describe("a spam score", () => {
  it("is held against 7 and 20 where there is no limit", () => {
    const rows: string[][] = [
      ["0", "LOW"],
      ["6.999", "LOW"],
      ["7", "MAIL_SPAM MEDIUM"],
      ["19.999", "MAIL_SPAM MEDIUM"],
      ["20", "MAIL_SPAM HIGH"],
      ["999999999", "MAIL_SPAM HIGH"],
      ["9999999999", "MAIL_SPAM HIGH"],
      ["28.12345", "MAIL_SPAM HIGH"],
      ["-20", "LOW"],
    ];
    expect(misanswered(rows, verdictOfScore)).toBe("");
  });

  it("is held against its limit and twice its limit", () => {
    const rows: string[][] = [
      ["SpamScore=4.999|SpamLimit=5", "LOW"],
      ["SpamScore=5|SpamLimit=5", "MAIL_SPAM MEDIUM"],
      ["SpamScore=9.999|SpamLimit=5", "MAIL_SPAM MEDIUM"],
      ["SpamScore=10|SpamLimit=5", "MAIL_SPAM HIGH"],
      ["SpamScore=28|SpamLimit=28", "MAIL_SPAM MEDIUM"],
      ["SpamScore=20|SpamLimit=28", "LOW"],
      ["SpamScore=0.002|SpamLimit=0.001", "MAIL_SPAM HIGH"],
    ];
    expect(misanswered(rows, verdictOf)).toBe("");
  });

  it("is held against 7 and 20 where the limit is no number above 0", () => {
    const rows: string[][] = [
      ["SpamScore=7|SpamLimit=0", "MAIL_SPAM MEDIUM"],
      ["SpamScore=7|SpamLimit=-1", "MAIL_SPAM MEDIUM"],
      ["SpamScore=7|SpamLimit=relaxed", "MAIL_SPAM MEDIUM"],
      ["SpamScore=6|SpamLimit=", "LOW"],
      ["SpamScore=20|SpamLimit=0.0", "MAIL_SPAM HIGH"],
    ];
    expect(misanswered(rows, verdictOf)).toBe("");
  });

  it("says nothing if it is no number", () => {
    const rows: string[][] = [
      ["high", "LOW"],
      ["20 ", "LOW"],
      ["1e3", "LOW"],
    ];
    expect(misanswered(rows, verdictOfScore)).toBe("");
  });
});

describe("the tables", () => {
  it("have words of RejType in lower case, which begin with a letter", () => {
    for (let i = 0; ; i++) {
      const row = verdictRow(0, i);
      if (row === null) break;
      const word = literalText(row.text);
      expect(word).toBe(word.toLowerCase());
      expect(word.charCodeAt(0)).toBeGreaterThan(0x60, word);
    }
  });

  it("end where they end", () => {
    expect(verdictRow(0, 16) !== null).toBe(true);
    expect(verdictRow(0, 17) === null).toBe(true);
    expect(verdictRow(1, 10) !== null).toBe(true);
    expect(verdictRow(1, 11) === null).toBe(true);
  });
});

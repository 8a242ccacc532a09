import { readKeyValue } from "../../../assembly/input/key-value";
import { beginFresh, decoded, duplicates } from "../decoded";
import { misanswered, place, placedEnd } from "../support";

/** The line as decoded; what stands behind it would go on with a value, or begin a key. */
function fieldsOf(line: string): string {
  const from = place(line, "|Act=Rej");
  const end = placedEnd();
  beginFresh();
  readKeyValue(from, end);
  return decoded();
}

/** The same, its duplicate keys only. */
function duplicatesOf(line: string): string {
  fieldsOf(line);
  return duplicates();
}

describe("a key of the dictionary", () => {
  it("begins a field at the start of the line and behind every pipe", () => {
    expect(fieldsOf("datetime=2021|aCode=x|acc=C1")).toBe("datetime=2021\naCode=x\nacc=C1");
  });

  it("begins a field behind free text too", () => {
    expect(fieldsOf("Subject=hello|Act=Acc")).toBe("Act=Acc\nSubject=hello");
  });

  it("is taken under each of its names, in its own case", () => {
    expect(fieldsOf("sender=a@b|msgid=<1>|Act=Acc")).toBe("sender=a@b\nAct=Acc\nmsgid=<1>");
  });

  it("is directly followed by its value's sign", () => {
    const rows: string[][] = [
      ["acc=C|Act =Rej", "acc=C|Act =Rej"],
      ["acc=C| Act=Rej", "acc=C| Act=Rej"],
      ["acc=C|Act:Rej", "acc=C|Act:Rej"],
      ["acc=C|Act", "acc=C|Act"],
      ["acc=C|=Rej", "acc=C|=Rej"],
    ];
    expect(misanswered(rows, fieldsOf)).toBe("");
  });

  it("is the longest one known, and one of 33 letters is not", () => {
    expect(fieldsOf("acc=C|SimilarMimecastExternalDomain=true")).toBe(
      "acc=C\nSimilarMimecastExternalDomain=true",
    );
    expect(fieldsOf("Subject=C|similarMimecastExternalDomain1234=x")).toBe(
      "Subject=C|similarMimecastExternalDomain1234=x",
    );
  });
});

describe("a value", () => {
  it("runs from the first equals sign", () => {
    expect(fieldsOf("RejInfo=a=b=c|acc==x")).toBe("acc==x\nRejInfo=a=b=c");
  });

  it("keeps a pipe that no key follows", () => {
    expect(fieldsOf("Subject=a|b | c||d|acc=C")).toBe("acc=C\nSubject=a|b | c||d");
  });

  it("may be of any length", () => {
    for (let length = 1; length < 40; length++) {
      const value = "x".repeat(length);
      expect(fieldsOf(`acc=${value}|Act=Acc`)).toBe(`acc=${value}\nAct=Acc`);
      expect(fieldsOf(`acc=${value}`)).toBe(`acc=${value}`);
    }
  });

  it("loses the pipes at its end", () => {
    const rows: string[][] = [
      ["acc=C|", "acc=C"],
      ["acc=C|||", "acc=C"],
      ["acc=C||Act=Acc", "acc=C\nAct=Acc"],
      ["acc=C|||Act=Acc||", "acc=C\nAct=Acc"],
      ["acc=||Act=Acc", "acc=\nAct=Acc"],
      ["acc=|", "acc="],
      ["|acc=C", "acc=C"],
    ];
    expect(misanswered(rows, fieldsOf)).toBe("");
  });

  it("is absent if it is empty, null or <>", () => {
    expect(fieldsOf("acc=|Act=null|Hld=<>")).toBe("acc=\nAct=\nHld=");
  });

  it("is not absent if it only resembles that", () => {
    expect(fieldsOf("acc=Null|Act=<|Hld=<><>|Dir=nulls")).toBe("acc=Null\nDir=nulls\nAct=<\nHld=<><>");
    expect(fieldsOf("acc=<a|Act=a>|Hld=nul|Dir=><")).toBe("acc=<a\nDir=><\nAct=a>\nHld=nul");
  });

  it("may hold line ends and bytes of any kind", () => {
    expect(fieldsOf("Subject=a\nb\r\t\0é😀|acc=C")).toBe("acc=C\nSubject=a\nb\r\t\0é😀");
  });
});

describe("an unknown key", () => {
  it("begins a field where the field before is no free text", () => {
    expect(fieldsOf("acc=C|foo=bar|b-a_z.9=x")).toBe("acc=C\n?foo=bar\n?b-a_z.9=x");
    expect(fieldsOf("foo=bar|acc=C")).toBe("acc=C\n?foo=bar");
  });

  it("begins none in free text", () => {
    const rows: string[][] = [
      ["Subject=a|foo=bar", "Subject=a|foo=bar"],
      ["Subject=a|foo=bar|acc=C|foo=bar", "acc=C\nSubject=a|foo=bar\n?foo=bar"],
    ];
    expect(misanswered(rows, fieldsOf)).toBe("");
  });

  it("begins none in any field that is marked as free text", () => {
    const names =
      "Subject subject headerFrom senderHeader Sender sender senderEnvelope RejType rejectionType RejInfo";
    const more =
      "rejectionInfo Error receiptErrors Err deliveryErrors ReceiptAck AttNames attachments fileName";
    const all = `${names} ${more}`.split(" ");
    for (let i = 0; i < all.length; i++) expect(fieldsOf(`${all[i]}=a|foo=b`)).toBe(`${all[i]}=a|foo=b`);
  });

  it("begins one in a field that strangers only choose", () => {
    const names = "MsgId Rcpt Recipient recipients SenderDomain fileExt fileMime URL Virus".split(" ");
    for (let i = 0; i < names.length; i++)
      expect(fieldsOf(`${names[i]}=a|foo=b`)).toBe(`${names[i]}=a\n?foo=b`);
  });

  it("starts with a letter", () => {
    const rows: string[][] = [
      ["acc=C|1foo=bar", "acc=C|1foo=bar"],
      ["acc=C|_foo=bar", "acc=C|_foo=bar"],
      ["acc=C|-foo=bar", "acc=C|-foo=bar"],
      ["acc=C|éfoo=bar", "acc=C|éfoo=bar"],
    ];
    expect(misanswered(rows, fieldsOf)).toBe("");
  });

  it("is of letters, digits, `_`, `.` and `-` only", () => {
    const rows: string[][] = [
      ["acc=C|foo bar=x", "acc=C|foo bar=x"],
      ["acc=C|foo:bar=x", "acc=C|foo:bar=x"],
      ["acc=C|foo/bar=x", "acc=C|foo/bar=x"],
      ["acc=C|foé=x", "acc=C|foé=x"],
    ];
    expect(misanswered(rows, fieldsOf)).toBe("");
  });

  it("has at most 64 bytes", () => {
    const longest = "k".repeat(64);
    expect(fieldsOf(`acc=C|${longest}=x`)).toBe(`acc=C\n?${longest}=x`);
    expect(fieldsOf(`acc=C|${longest}k=x`)).toBe(`acc=C|${longest}k=x`);
  });

  it("may be as long as every name of the dictionary, and longer", () => {
    for (let length = 1; length <= 64; length++) {
      const key = "q".repeat(length);
      expect(fieldsOf(`acc=C|${key}=x`)).toBe(`acc=C\n?${key}=x`);
    }
  });

  it("keeps its own name unless the event uses that name itself", () => {
    expect(fieldsOf("acc=C|duplicate.x=a|extra.1.y=b|unparsed=c|mimecast_log_type=d|duplicates=e")).toBe(
      "acc=C\nextra.1.duplicate.x=a\nextra.2.extra.1.y=b\nextra.3.unparsed=c\nextra.4.mimecast_log_type=d\n?duplicates=e",
    );
  });

  it("begins a field up to the 256th in the line", () => {
    let line = "acc=C";
    for (let i = 0; i < 256; i++) line += `|k${i}=${i}`;
    const fields = fieldsOf(`${line}|k256=256|Act=Acc|k0=x`).split("\n");
    expect(fields.length).toBe(258);
    expect(fields[1]).toBe("Act=Acc|k0=x");
    expect(fields[2]).toBe("?k0=0");
    expect(fields[257]).toBe("?k255=255|k256=256");
  });
});

describe("text before the first key", () => {
  it("is kept, without the pipes at its end", () => {
    const rows: string[][] = [
      ["hello|acc=C", "acc=C\nunparsed=hello"],
      ["a|b||acc=C", "acc=C\nunparsed=a|b"],
      ["<13>Oct 11 host: |acc=C", "acc=C\nunparsed=<13>Oct 11 host: "],
      ["no key at all", "unparsed=no key at all"],
      ["||acc=C", "acc=C"],
      ["a\\|acc=C", "acc=C\nunparsed=a\\"],
    ];
    expect(misanswered(rows, fieldsOf)).toBe("");
  });
});

describe("free text", () => {
  it("loses one backslash at its front and one at its end", () => {
    const rows: string[][] = [
      ["Subject=\\a\\|acc=C", "acc=C\nSubject=a"],
      ["Subject=\\\\a\\\\", "Subject=\\a\\"],
      ["Subject=a\\", "Subject=a"],
      ["Subject=\\a", "Subject=a"],
      ["Subject=\\", "Subject="],
      ["Subject=\\\\", "Subject="],
      ["Subject=\\\\\\", "Subject=\\"],
    ];
    expect(misanswered(rows, fieldsOf)).toBe("");
  });

  it("loses the pipes at its end first", () => {
    expect(fieldsOf("Subject=\\a\\||acc=C")).toBe("acc=C\nSubject=a");
    expect(fieldsOf("Subject=\\a|\\|acc=C")).toBe("acc=C\nSubject=a|");
  });

  it("is the only one to lose them", () => {
    expect(fieldsOf("filename_for_malachite=\\a\\|acc=\\C\\|foo=\\b\\")).toBe(
      "acc=\\C\\\nfilename_for_malachite=\\a\\\n?foo=\\b\\",
    );
  });
});

describe("a key that comes twice", () => {
  it("keeps its first value where no stranger's field stands before it", () => {
    const rows: string[][] = [
      ["Act=Acc|Act=Rej", "Act=Acc\nduplicate.Act=Rej"],
      ["Act=Acc|Subject=x|Act=Rej", "Act=Acc\nSubject=x\nduplicate.Act=Rej"],
      ["Subject=a|Subject=b", "Subject=a\nduplicate.Subject=b"],
      ["Act=A|Act=B|Act=C", "Act=A\nduplicate.Act=B\nduplicate.Act=C"],
    ];
    expect(misanswered(rows, fieldsOf)).toBe("");
  });

  it("keeps its last value where it first came behind a stranger's field", () => {
    const rows: string[][] = [
      ["Subject=x|Act=Acc|Act=Rej", "Act=Rej\nSubject=x\nduplicate.Act=Acc"],
      ["Rcpt=x|Act=Acc|Act=Rej", "Rcpt=x\nAct=Rej\nduplicate.Act=Acc"],
      ["Subject=x|Act=A|Act=B|Act=C", "Act=C\nSubject=x\nduplicate.Act=A\nduplicate.Act=B"],
    ];
    expect(misanswered(rows, fieldsOf)).toBe("");
  });

  it("keeps its last value behind each of the stranger's fields", () => {
    const text = "Subject headerFrom Sender RejType RejInfo Error Err ReceiptAck AttNames fileName";
    const names = `${text} MsgId Rcpt Recipient recipients SenderDomain fileExt fileMime URL Virus`.split(
      " ",
    );
    for (let i = 0; i < names.length; i++) {
      fieldsOf(`${names[i]}=x|Act=Acc|Act=Rej`);
      if (!decoded().includes("duplicate.Act=Acc")) expect(names[i]).toBe("", "was not told");
    }
  });

  it("keeps its first value behind fields that strangers have no hand in", () => {
    const names =
      "datetime aCode acc IP RejCode Dir TlsVer Hld MsgSize sha256 Route SourceIP Definition".split(" ");
    for (let i = 0; i < names.length; i++) {
      fieldsOf(`${names[i]}=x|Act=Acc|Act=Rej`);
      if (!decoded().includes("duplicate.Act=Rej")) expect(names[i]).toBe("", "was taken for a stranger's");
    }
  });

  it("is one key under all names of its field, and loses under the name that came", () => {
    expect(fieldsOf("msgid=<1>|MsgId=<2>|messageId=<3>")).toBe(
      "msgid=<1>\nduplicate.MsgId=<2>\nduplicate.messageId=<3>",
    );
    expect(fieldsOf("Subject=x|aCode=1|processingId=2")).toBe("processingId=2\nSubject=x\nduplicate.aCode=1");
  });

  it("counts an absent value like any other, but keeps no absent value that loses", () => {
    const rows: string[][] = [
      ["Act=|Act=Rej", "Act=\nduplicate.Act=Rej"],
      ["Act=Acc|Act=null", "Act=Acc"],
      ["Subject=x|Act=Acc|Act=", "Act=\nSubject=x\nduplicate.Act=Acc"],
      ["Subject=x|Act=<>|Act=Rej", "Act=Rej\nSubject=x"],
    ];
    expect(misanswered(rows, fieldsOf)).toBe("");
  });

  it("is told even if the losing value is absent", () => {
    const rows: string[][] = [
      ["Act=Acc|acc=C", ""],
      ["Act=Acc|Act=Rej", "Act"],
      ["Act=Acc|Act=", "Act"],
      ["Subject=x|messageId=1|Act=A|MsgId=2|Act=B", "Act,MsgId"],
      ["foo=1|Act=A|bar=2|bar=3|Act=B|foo=4", "Act,foo,bar"],
    ];
    expect(misanswered(rows, duplicatesOf)).toBe("");
  });

  it("may be unknown, under the same rule", () => {
    const rows: string[][] = [
      ["foo=1|foo=2|foo=3", "?foo=1\nduplicate.foo=2\nduplicate.foo=3"],
      ["Rcpt=x|foo=1|foo=2|foo=3", "Rcpt=x\n?foo=3\nduplicate.foo=1\nduplicate.foo=2"],
      ["foo=1|Rcpt=x|foo=2", "Rcpt=x\n?foo=1\nduplicate.foo=2"],
      ["foo=|foo=2", "?foo=\nduplicate.foo=2"],
      ["foo=1|Foo=2", "?foo=1\n?Foo=2"],
    ];
    expect(misanswered(rows, fieldsOf)).toBe("");
  });

  it("is not told where the event uses the name itself", () => {
    expect(fieldsOf("acc=C|unparsed=1|unparsed=2")).toBe("acc=C\nextra.1.unparsed=1\nextra.2.unparsed=2");
    expect(duplicates()).toBe("");
  });

  it("cannot take back what Mimecast wrote before the forged text", () => {
    expect(fieldsOf("datetime=2021|Act=Rej|Subject=hi|Act=Acc|datetime=1999")).toBe(
      "datetime=2021\nAct=Rej\nSubject=hi\nduplicate.Act=Acc\nduplicate.datetime=1999",
    );
  });
});

import * as dictionary from "../../../assembly/fields/dictionary";
import {
  dictionaryFits,
  fieldAt,
  fieldCount,
  firstName,
  indexOf,
  lookUp,
  MAX_FIELDS,
  MAX_NAME,
  nameCount,
  nameField,
  nameText,
  STRANGER,
  TEXT,
  TEXT_BIT,
  take,
  UNTAKEN,
} from "../../../assembly/fields/field";
import { literalLength } from "../../../assembly/output/literal";
import { read } from "../decoded";
import { misjudged, place, placedLength, textOf } from "../support";

function literalText(at: usize): string {
  return textOf(at, at + literalLength(at));
}

/** Every name of the dictionary. */
const NAMES: string[] = [];
for (let i = 0; i < nameCount(); i++) NAMES.push(literalText(nameText(i)));

/** What stands behind a name goes on with letters: it must not matter. */
function isKnown(name: string): bool {
  const at = place(name, "abcdefgh");
  return lookUp(at, placedLength(at)) !== null;
}

/** First name of the field that the name is one of, or `none`. */
function fieldOf(name: string): string {
  const at = place(name, "=x|");
  const found = lookUp(at, placedLength(at));
  return found === null ? "none" : literalText(firstName(indexOf(found.field)));
}

function marksOf(name: string): u32 {
  const at = place(name);
  return assert(lookUp(at, placedLength(at)), "the dictionary has the name").marks;
}

/** Those of the names that are not in the dictionary themselves. */
function strangersAmong(names: string[]): string[] {
  const others: string[] = [];
  for (let i = 0; i < names.length; i++) if (!NAMES.includes(names[i])) others.push(names[i]);
  return others;
}

describe("the dictionary", () => {
  it("fits in its tables", () => {
    expect(dictionaryFits()).toBe(true);
    expect(fieldCount()).toBeLessThanOrEqual(MAX_FIELDS);
  });

  it("has no name longer than a look-up takes", () => {
    for (let i = 0; i < NAMES.length; i++) {
      if (<usize>NAMES[i].length > MAX_NAME) expect(NAMES[i]).toBe("", "is too long");
    }
  });

  it("has no name twice", () => {
    for (let i = 0; i < NAMES.length; i++) expect(NAMES.indexOf(NAMES[i])).toBe(i, NAMES[i]);
  });

  it("names its fields in the order of the file", () => {
    expect(NAMES[0]).toBe("datetime");
    expect(literalText(firstName(0))).toBe("datetime");
    expect(indexOf(dictionary.datetime)).toBe(0);
    expect(indexOf(dictionary.destinationIp)).toBe(fieldCount() - 1);
    for (let i = 1; i < NAMES.length; i++) {
      const step = nameField(i) - nameField(i - 1);
      expect(step == 0 || step == 1).toBe(true, NAMES[i]);
    }
  });

  it("calls a field by the first of its names", () => {
    for (let i = 0; i < NAMES.length; i++) {
      const isFirst = i == 0 || nameField(i) != nameField(i - 1);
      expect(literalText(firstName(nameField(i))) == NAMES[i]).toBe(isFirst, NAMES[i]);
    }
  });

  it("gives a field an index and an index its field", () => {
    for (let i = 0; i < fieldCount(); i++) expect(indexOf(fieldAt(i))).toBe(i);
    expect(changetype<usize>(fieldAt(indexOf(dictionary.Act)))).toBe(changetype<usize>(dictionary.Act));
  });
});

describe("a look-up", () => {
  it("finds each name, and its field", () => {
    for (let i = 0; i < NAMES.length; i++) {
      const at = place(NAMES[i], "abcdefgh");
      const found = lookUp(at, placedLength(at));
      if (found === null) expect(NAMES[i]).toBe("", "was not found");
      else {
        expect(literalText(found.text)).toBe(NAMES[i]);
        expect(indexOf(found.field)).toBe(nameField(i));
      }
    }
  });

  it("finds names of all dialects", () => {
    expect(fieldOf("Subject")).toBe("Subject");
    expect(fieldOf("subject")).toBe("Subject");
    expect(fieldOf("timestamp")).toBe("datetime");
    expect(fieldOf("processingId")).toBe("aCode");
    expect(fieldOf("accountId")).toBe("acc");
    expect(fieldOf("senderEnvelope")).toBe("Sender");
    expect(fieldOf("senderHeader")).toBe("headerFrom");
    expect(fieldOf("rejectionInfo")).toBe("RejInfo");
    expect(fieldOf("messageId")).toBe("MsgId");
    expect(fieldOf("Receipient")).toBe("Recipient");
    expect(fieldOf("deliveryErrors")).toBe("Err");
    expect(fieldOf("receiptErrors")).toBe("Error");
    expect(fieldOf("sourceIp")).toBe("SourceIP");
    expect(fieldOf("policyDefinition")).toBe("Definition");
    expect(fieldOf("eventType")).toBe("type");
    expect(fieldOf("ipThreatDictionary")).toBe("IPThreadDict");
    expect(fieldOf("mimecastThreatDictionary")).toBe("ThreatDictionary");
    expect(fieldOf("_offset")).toBe("_offset");
    expect(fieldOf("action")).toBe("action");
    expect(fieldOf("Action")).toBe("Action");
  });

  it("finds no proper prefix or suffix of a name", () => {
    const parts: string[] = [];
    for (let i = 0; i < NAMES.length; i++) {
      for (let at = 1; at < NAMES[i].length; at++) {
        parts.push(NAMES[i].slice(0, at));
        parts.push(NAMES[i].slice(at));
      }
    }
    expect(misjudged(strangersAmong(parts), false, isKnown)).toBe("");
  });

  it("finds no name with a letter more, less, in another case or another one", () => {
    const others: string[] = [];
    for (let i = 0; i < NAMES.length; i++) {
      const name = NAMES[i];
      others.push(`${name}a`);
      others.push(`${name}\0`);
      others.push(` ${name}`);
      for (let at = 0; at < name.length; at++) {
        const before = name.slice(0, at);
        const after = name.slice(at + 1);
        const letter = name.charCodeAt(at);
        others.push(before + after);
        others.push(before + String.fromCharCode(letter ^ 0x20) + after);
        others.push(before + String.fromCharCode(letter ^ 1) + after);
        others.push(before + String.fromCharCode(letter | 0x80) + after);
        others.push(`${before}-${name.slice(at)}`);
      }
    }
    expect(misjudged(strangersAmong(others), false, isKnown)).toBe("");
  });

  it("finds nothing for no name, or one that is too long", () => {
    expect(misjudged(["", "x".repeat(32), "x".repeat(33), "x".repeat(1000)], false, isKnown)).toBe("");
    const at = place("Act");
    expect(lookUp(at, usize.MAX_VALUE) === null).toBe(true);
  });
});

describe("the marks", () => {
  it("are TEXT for the free text that strangers write", () => {
    const own = "Subject headerFrom Sender RejType RejInfo Error Err ReceiptAck AttNames fileName";
    const others = "subject senderHeader sender senderEnvelope rejectionType rejectionInfo receiptErrors";
    const names = `${own} ${others} deliveryErrors attachments`.split(" ");
    for (let i = 0; i < names.length; i++) expect(marksOf(names[i])).toBe(TEXT, names[i]);
    for (let i = 0; i < NAMES.length; i++) {
      if ((marksOf(NAMES[i]) & TEXT_BIT) != 0) expect(names.includes(NAMES[i])).toBe(true, NAMES[i]);
    }
  });

  it("are STRANGER for what strangers choose", () => {
    const own = "MsgId Rcpt Recipient recipients SenderDomain fileExt fileMime URL Virus";
    const others = "msgid messageId recipient Receipient senderDomain fileExtension url virusFound";
    const names = `${own} ${others}`.split(" ");
    for (let i = 0; i < names.length; i++) expect(marksOf(names[i])).toBe(STRANGER, names[i]);
    for (let i = 0; i < NAMES.length; i++) {
      if (marksOf(NAMES[i]) == STRANGER) expect(names.includes(NAMES[i])).toBe(true, NAMES[i]);
    }
  });
});

function isUntaken(index: i32): bool {
  return load<u8>(UNTAKEN + index) == 1;
}

describe("a value that nothing has taken", () => {
  it("is every one that is not absent, at first", () => {
    read("Act=Acc|Hld=|acc=C|foo=bar");
    for (let i = 0; i < MAX_FIELDS; i++) {
      const expected = i == indexOf(dictionary.Act) || i == indexOf(dictionary.acc);
      expect(isUntaken(i)).toBe(expected, `field ${i}`);
    }
  });

  it("is none that was taken, and the others still are", () => {
    read("Act=Acc|acc=C|Hld=Spm");
    take(dictionary.acc);
    expect(isUntaken(indexOf(dictionary.acc))).toBe(false);
    expect(isUntaken(indexOf(dictionary.Act))).toBe(true);
    expect(isUntaken(indexOf(dictionary.Hld))).toBe(true);
  });

  it("is none of the line before", () => {
    read("Act=Acc");
    read("acc=C");
    expect(isUntaken(indexOf(dictionary.Act))).toBe(false);
  });

  it("is none of a key whose last value counts and is absent", () => {
    read("Subject=x|Act=Acc|Act=");
    expect(isUntaken(indexOf(dictionary.Act))).toBe(false);
    read("Subject=x|Act=|Act=Acc");
    expect(isUntaken(indexOf(dictionary.Act))).toBe(true);
  });
});

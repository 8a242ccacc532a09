/** Category and severity of a line: the first row of the table that fits (docs/mapping.md, Categories). All rows are our own. */
import {
  Definition,
  Hld,
  RejType,
  reason,
  ScanResultInfo,
  SpamLimit,
  SpamScore,
  TaggedMalicious,
  Virus,
} from "../fields/dictionary";
import { Field } from "../fields/field";
import { containsWord, equalsWord } from "../input/bytes";
import { literal } from "../output/literal";
import { saysTrue } from "./network";
import { isSpamNumber, thousandths } from "./values";

export const LOW: u32 = 0;
export const MEDIUM: u32 = 1;
export const HIGH: u32 = 2;

const SOFTWARE_MALICIOUS = literal("SOFTWARE_MALICIOUS");
const SOFTWARE_SUSPICIOUS = literal("SOFTWARE_SUSPICIOUS");
const NETWORK_MALICIOUS = literal("NETWORK_MALICIOUS");
const NETWORK_SUSPICIOUS = literal("NETWORK_SUSPICIOUS");
const MAIL_PHISHING = literal("MAIL_PHISHING");
const MAIL_SPOOFING = literal("MAIL_SPOOFING");
const MAIL_SPAM = literal("MAIL_SPAM");
const POLICY_VIOLATION = literal("POLICY_VIOLATION");
const UNKNOWN_CATEGORY = literal("UNKNOWN_CATEGORY");

/** One row of a table of words: what to look for, what it means. */
@unmanaged
export class Word {
  /** Literal in lower case; 0 ends the table. */
  text: usize;
  category: usize;
  severity: u32;
  /** Only for hold reasons: spelled out, a literal. */
  name: usize;
}

const WORD_BYTES: usize = 16;

/** RejType, by substring. */
const REJECTIONS: usize = memory.data(288, 4);
let rejections: i32 = 0;
/** Hld, as a whole. */
const HOLDS: usize = memory.data(192, 4);
let holds: i32 = 0;

function wordAt(table: usize, index: i32): Word {
  return changetype<Word>(table + <usize>index * WORD_BYTES);
}

/** The tables: of RejType, of Hld. */
const REJECTION: u32 = 0;
const HOLD: u32 = 1;

/** Adds a row to one of them. */
function verdict(table: u32, text: usize, category: usize, severity: u32, name: usize): void {
  const row = table == REJECTION ? wordAt(REJECTIONS, rejections++) : wordAt(HOLDS, holds++);
  row.text = text;
  row.category = category;
  row.severity = severity;
  row.name = name;
}

verdict(REJECTION, literal("virus"), SOFTWARE_MALICIOUS, HIGH, 0);
verdict(REJECTION, literal("malware"), SOFTWARE_MALICIOUS, HIGH, 0);
verdict(REJECTION, literal("qrcode"), MAIL_PHISHING, HIGH, 0);
verdict(REJECTION, literal("phish"), MAIL_PHISHING, HIGH, 0);
verdict(REJECTION, literal("spoof"), MAIL_SPOOFING, MEDIUM, 0);
verdict(REJECTION, literal("dmarc"), MAIL_SPOOFING, MEDIUM, 0);
verdict(REJECTION, literal("spf"), MAIL_SPOOFING, MEDIUM, 0);
verdict(REJECTION, literal("dkim"), MAIL_SPOOFING, MEDIUM, 0);
verdict(REJECTION, literal("impersonat"), MAIL_SPOOFING, MEDIUM, 0);
verdict(REJECTION, literal("spam"), MAIL_SPAM, MEDIUM, 0);
verdict(REJECTION, literal("rbl"), MAIL_SPAM, MEDIUM, 0);
verdict(REJECTION, literal("reputation"), MAIL_SPAM, MEDIUM, 0);
verdict(REJECTION, literal("manual"), POLICY_VIOLATION, LOW, 0);
verdict(REJECTION, literal("policy"), POLICY_VIOLATION, LOW, 0);
verdict(REJECTION, literal("envelope"), POLICY_VIOLATION, LOW, 0);
verdict(REJECTION, literal("header rejected"), POLICY_VIOLATION, LOW, 0);
verdict(REJECTION, literal("content"), POLICY_VIOLATION, LOW, 0);

verdict(HOLD, literal("spm"), MAIL_SPAM, MEDIUM, literal("Spam"));
verdict(HOLD, literal("rbl"), MAIL_SPAM, MEDIUM, literal("Real-time block list"));
verdict(HOLD, literal("imp"), MAIL_SPOOFING, MEDIUM, literal("Impersonation"));
verdict(HOLD, literal("bec"), MAIL_SPOOFING, MEDIUM, literal("Business email compromise"));
verdict(HOLD, literal("att"), SOFTWARE_SUSPICIOUS, MEDIUM, literal("Attachment"));
verdict(HOLD, literal("sbx"), SOFTWARE_SUSPICIOUS, MEDIUM, literal("Sandbox"));
verdict(HOLD, literal("url"), NETWORK_SUSPICIOUS, MEDIUM, literal("URL"));
verdict(HOLD, literal("ctnt"), POLICY_VIOLATION, MEDIUM, literal("Content"));
verdict(HOLD, literal("dpp"), POLICY_VIOLATION, MEDIUM, literal(""));
verdict(HOLD, literal("rcptlimit"), POLICY_VIOLATION, MEDIUM, literal("Recipient limit"));
verdict(HOLD, literal("oth"), 0, MEDIUM, literal("Other"));

const WORD_MALICIOUS = literal("malicious");
const DEFAULT_HIGH: i64 = 20000;
const DEFAULT_MEDIUM: i64 = 7000;

/** For docs/mapping.md: a row of the table of RejType (0) or of Hld (1), or null behind the last. */
export function verdictRow(table: u32, index: i32): Word | null {
  if (index >= (table == 0 ? rejections : holds)) return null;
  return wordAt(table == 0 ? REJECTIONS : HOLDS, index);
}

let foundCategory: usize = 0;
let foundSeverity: u32 = LOW;
let decider: Field | null = null;
let heldBy: i32 = -1;

/** A UDM category, a literal, or 0. */
export function category(): usize {
  return foundCategory;
}

export function severity(): u32 {
  return foundSeverity;
}

/** The hold reason spelled out, a literal, or 0 where it stays as it came. */
export function holdName(): usize {
  if (heldBy < 0) return 0;
  const name = wordAt(HOLDS, heldBy).name;
  return load<u8>(name) == 0 ? 0 : name;
}

/** The field that decided, or null. */
export function decidedBy(): Field | null {
  return decider;
}

function set(field: Field | null, category: usize, severity: u32): void {
  decider = field;
  foundCategory = category;
  foundSeverity = severity;
}

/** Finds category and severity of the current line. */
export function findVerdict(): void {
  set(null, 0, LOW);
  heldBy = findHold();
  const isMalicious = equalsWord(reason.value, reason.length, WORD_MALICIOUS);
  if (RejType.length != 0) fromRejType();
  else if (Virus.length != 0) set(Virus, SOFTWARE_MALICIOUS, HIGH);
  else if (ScanResultInfo.length != 0 || isMalicious)
    set(isMalicious ? reason : ScanResultInfo, NETWORK_MALICIOUS, isMalicious ? HIGH : MEDIUM);
  else if (Definition.length != 0 && saysTrue(TaggedMalicious)) set(TaggedMalicious, MAIL_SPOOFING, MEDIUM);
  else if (heldBy >= 0 && wordAt(HOLDS, heldBy).category != 0)
    set(Hld, wordAt(HOLDS, heldBy).category, MEDIUM);
  else if (SpamScore.length != 0) fromSpamScore();
}

function findHold(): i32 {
  if (Hld.length == 0) return -1;
  for (let i = 0; i < holds; i++) {
    if (equalsWord(Hld.value, Hld.length, wordAt(HOLDS, i).text)) return i;
  }
  return -1;
}

function fromRejType(): void {
  for (let i = 0; i < rejections; i++) {
    const row = wordAt(REJECTIONS, i);
    if (containsWord(RejType.value, RejType.length, row.text)) {
      set(RejType, row.category, row.severity);
      return;
    }
  }
  set(RejType, UNKNOWN_CATEGORY, LOW);
}

function fromSpamScore(): void {
  if (!isSpamNumber(SpamScore.value, SpamScore.length)) return;
  const score = thousandths();
  let medium = DEFAULT_MEDIUM;
  let high = DEFAULT_HIGH;
  if (SpamLimit.length != 0 && isSpamNumber(SpamLimit.value, SpamLimit.length) && thousandths() > 0) {
    medium = thousandths();
    high = 2 * medium;
  }
  if (score >= high) set(SpamScore, MAIL_SPAM, HIGH);
  else if (score >= medium) set(SpamScore, MAIL_SPAM, MEDIUM);
}

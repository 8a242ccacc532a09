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

function rejection(text: usize, category: usize, severity: u32): void {
  const row = wordAt(REJECTIONS, rejections++);
  row.text = text;
  row.category = category;
  row.severity = severity;
}

function hold(text: usize, category: usize, name: usize): void {
  const row = wordAt(HOLDS, holds++);
  row.text = text;
  row.category = category;
  row.severity = MEDIUM;
  row.name = name;
}

rejection(literal("virus"), SOFTWARE_MALICIOUS, HIGH);
rejection(literal("malware"), SOFTWARE_MALICIOUS, HIGH);
rejection(literal("qrcode"), MAIL_PHISHING, HIGH);
rejection(literal("phish"), MAIL_PHISHING, HIGH);
rejection(literal("spoof"), MAIL_SPOOFING, MEDIUM);
rejection(literal("dmarc"), MAIL_SPOOFING, MEDIUM);
rejection(literal("spf"), MAIL_SPOOFING, MEDIUM);
rejection(literal("dkim"), MAIL_SPOOFING, MEDIUM);
rejection(literal("impersonat"), MAIL_SPOOFING, MEDIUM);
rejection(literal("spam"), MAIL_SPAM, MEDIUM);
rejection(literal("rbl"), MAIL_SPAM, MEDIUM);
rejection(literal("reputation"), MAIL_SPAM, MEDIUM);
rejection(literal("manual"), POLICY_VIOLATION, LOW);
rejection(literal("policy"), POLICY_VIOLATION, LOW);
rejection(literal("envelope"), POLICY_VIOLATION, LOW);
rejection(literal("header rejected"), POLICY_VIOLATION, LOW);
rejection(literal("content"), POLICY_VIOLATION, LOW);

hold(literal("spm"), MAIL_SPAM, literal("Spam"));
hold(literal("rbl"), MAIL_SPAM, literal("Real-time block list"));
hold(literal("imp"), MAIL_SPOOFING, literal("Impersonation"));
hold(literal("bec"), MAIL_SPOOFING, literal("Business email compromise"));
hold(literal("att"), SOFTWARE_SUSPICIOUS, literal("Attachment"));
hold(literal("sbx"), SOFTWARE_SUSPICIOUS, literal("Sandbox"));
hold(literal("url"), NETWORK_SUSPICIOUS, literal("URL"));
hold(literal("ctnt"), POLICY_VIOLATION, literal("Content"));
hold(literal("dpp"), POLICY_VIOLATION, literal(""));
hold(literal("rcptlimit"), POLICY_VIOLATION, literal("Recipient limit"));
hold(literal("oth"), 0, literal("Other"));

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

function set(category: usize, severity: u32): void {
  foundCategory = category;
  foundSeverity = severity;
}

/** Finds category and severity of the current line. */
export function findVerdict(): void {
  set(0, LOW);
  heldBy = findHold();
  const isMalicious = equalsWord(reason.value, reason.length, WORD_MALICIOUS);
  if (RejType.length != 0) fromRejType();
  else if (Virus.length != 0) set(SOFTWARE_MALICIOUS, HIGH);
  else if (ScanResultInfo.length != 0 || isMalicious) set(NETWORK_MALICIOUS, isMalicious ? HIGH : MEDIUM);
  else if (Definition.length != 0 && saysTrue(TaggedMalicious)) set(MAIL_SPOOFING, MEDIUM);
  else if (heldBy >= 0 && wordAt(HOLDS, heldBy).category != 0) set(wordAt(HOLDS, heldBy).category, MEDIUM);
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
      set(row.category, row.severity);
      return;
    }
  }
  set(UNKNOWN_CATEGORY, LOW);
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
  if (score >= high) set(MAIL_SPAM, HIGH);
  else if (score >= medium) set(MAIL_SPAM, MEDIUM);
}

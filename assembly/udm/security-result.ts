/** UDM security_result: what Mimecast decided about the message, and why. */
import {
  Act,
  Action,
  aCode,
  Definition,
  Delivered,
  Dir,
  Err,
  Error_,
  Hld,
  headerFrom,
  RejCode,
  RejInfo,
  RejType,
  Route,
  reason,
  ScanResultInfo,
  Sender,
  SpamInfo,
  SpamLimit,
  SpamProcessingDetail,
  SpamScore,
  UrlCategory,
  Virus,
} from "../fields/dictionary";
import { Field, fieldAt, fieldCount, firstName } from "../fields/field";
import { BRACE_CLOSE, BRACKET_CLOSE, equalsWord } from "../input/bytes";
import { DUPLICATE, Entry, entries, hasDuplicates, UNKNOWN } from "../input/line";
import { literal } from "../output/literal";
import {
  byte,
  close,
  closeString,
  dropComma,
  lit,
  open,
  position,
  reserve,
  rewind,
  text,
} from "../output/writer";
import { writeFiredRules } from "../rules/engine";
import { saysFalse, saysTrue } from "./network";
import { GOOGLE, GOOGLE_LATER, note, OWN, putText, Row, row, took, value } from "./row";
import { ALLOW, DKIM, DMARC, INFO, resultAt, resultLength, SPF } from "./spam-detail";
import { category, decidedBy, findVerdict, HIGH, holdName, MEDIUM, severity } from "./verdict";

const ACTION = row(
  "security_result[].action[]",
  "Act, Action, Delivered",
  GOOGLE | GOOGLE_LATER | OWN,
  "see the table of actions",
);
const ACTION_DETAILS = row(
  "security_result[].action_details",
  "Act, Action, Hld",
  OWN,
  "as they came: Hld (Spm)",
);
const CATEGORY_ROW = row(
  "security_result[].category[]",
  "RejType, Virus, ScanResultInfo, reason, Definition, TaggedMalicious, Hld, SpamScore, SpamLimit",
  OWN,
  "see the table of categories",
);
const CATEGORY_DETAILS = row(
  "security_result[].category_details[]",
  "RejType, UrlCategory, Hld",
  GOOGLE | OWN,
  "RejType by Google; Hld spelled out",
);
const SEVERITY_ROW = row(
  "security_result[].severity",
  "RejType, Virus, ScanResultInfo, reason, Definition, TaggedMalicious, Hld, SpamScore, SpamLimit",
  GOOGLE | OWN,
  "see the table of categories",
);
const SEVERITY_DETAILS = row(
  "security_result[].severity_details",
  "SpamInfo, SpamLimit, SpamScore",
  GOOGLE | OWN,
  "key=value, in this order",
);
const SUMMARY = row(
  "security_result[].summary",
  "Definition, Err, Error, reason",
  GOOGLE | OWN,
  "the first that is there",
);
const DESCRIPTION = row(
  "security_result[].description",
  "RejCode, RejType, RejInfo",
  GOOGLE | OWN,
  "key=value, in this order",
);
const THREAT_NAME = row(
  "security_result[].threat_name",
  "Virus, ScanResultInfo",
  GOOGLE,
  "the first that is there",
);
const DETECTION_FIELDS = row(
  "security_result[].detection_fields[]",
  "Dir, Sender, headerFrom, Route",
  GOOGLE,
  "network_direction, Sender, header_from, Route, as they came",
);
const DETECTION_SPAM = row(
  "security_result[].detection_fields[]",
  "SpamProcessingDetail",
  GOOGLE_LATER,
  "spf.allow, spf.info, dkim.allow, dkim.info, dmarc.allow, dmarc.info",
);
const DETECTION_CODE = row("security_result[].detection_fields[]", "aCode", OWN, "aCode");
row(
  "security_result[].detection_fields[]",
  "every key",
  OWN,
  "parser_duplicate_keys: names of keys that came twice",
);

const SECURITY_RESULT = literal('"security_result":[{');
const CATEGORY = literal('"category":["');
const ARRAY_END = literal('"],');
const SEVERITY_LOW = literal('"severity":"LOW",');
const SEVERITY_MEDIUM = literal('"severity":"MEDIUM",');
const SEVERITY_HIGH = literal('"severity":"HIGH",');
const RESULT_END = literal("],");

const ALLOWED = literal('ALLOW"],');
const BLOCKED = literal('BLOCK"],');
const QUARANTINED = literal('QUARANTINE"],');
const MODIFIED = literal('ALLOW_WITH_MODIFICATION"],');
const FAILED = literal('FAIL"],');
const UNKNOWN_ACTION = literal('UNKNOWN_ACTION"],');

/** Words of Act and Action, and the UDM action they mean: pairs of literals, ended by 0. */
const ACT_WORDS: usize = memory.data(64, 4);
const ACTION_WORDS: usize = memory.data(64, 4);

function word(table: usize, index: usize, text: usize, action: usize): void {
  store<u32>(table + (index << 3), <u32>text);
  store<u32>(table + (index << 3), <u32>action, 4);
}

word(ACT_WORDS, 0, literal("acc"), ALLOWED);
word(ACT_WORDS, 1, literal("rej"), BLOCKED);
word(ACT_WORDS, 2, literal("hld"), QUARANTINED);
word(ACT_WORDS, 3, literal("sdbx"), QUARANTINED);
word(ACT_WORDS, 4, literal("bnc"), BLOCKED);
word(ACTION_WORDS, 0, literal("hold"), QUARANTINED);
word(ACTION_WORDS, 1, literal("warn"), MODIFIED);
word(ACTION_WORDS, 2, literal("block"), BLOCKED);
word(ACTION_WORDS, 3, literal("allow"), ALLOWED);
word(ACTION_WORDS, 4, literal("none"), ALLOWED);

const PREFIX_SPAM_INFO = literal("SpamInfo=");
const PREFIX_SPAM_LIMIT = literal("SpamLimit=");
const PREFIX_SPAM_SCORE = literal("SpamScore=");
const PREFIX_REJ_CODE = literal("RejCode=");
const PREFIX_REJ_TYPE = literal("RejType=");
const PREFIX_REJ_INFO = literal("RejInfo=");
const SEPARATOR = literal(", ");

const LABEL_DIRECTION = literal('{"key":"network_direction","value":"');
const LABEL_SENDER = literal('{"key":"Sender","value":"');
const LABEL_HEADER_FROM = literal('{"key":"header_from","value":"');
const LABEL_ROUTE = literal('{"key":"Route","value":"');
const LABEL_ACODE = literal('{"key":"aCode","value":"');
const LABEL_DUPLICATES = literal('{"key":"parser_duplicate_keys","value":"');
const LABEL_SPF_ALLOW = literal('{"key":"spf.allow","value":"');
const LABEL_SPF_INFO = literal('{"key":"spf.info","value":"');
const LABEL_DKIM_ALLOW = literal('{"key":"dkim.allow","value":"');
const LABEL_DKIM_INFO = literal('{"key":"dkim.info","value":"');
const LABEL_DMARC_ALLOW = literal('{"key":"dmarc.allow","value":"');
const LABEL_DMARC_INFO = literal('{"key":"dmarc.info","value":"');
const LABEL_END = literal('"},');

export function writeSecurityResult(): void {
  reserve(0);
  lit(SECURITY_RESULT);
  writeAction();
  findVerdict();
  const decider = decidedBy();
  if (decider !== null) {
    if (category() != 0) note(CATEGORY_ROW, decider);
    note(SEVERITY_ROW, decider);
  }
  if (category() != 0) {
    lit(CATEGORY);
    lit(category());
    lit(ARRAY_END);
  }
  writeCategoryDetails();
  lit(severity() == HIGH ? SEVERITY_HIGH : severity() == MEDIUM ? SEVERITY_MEDIUM : SEVERITY_LOW);
  writeSeverityDetails();
  writeSummary();
  writeDescription();
  putText(THREAT_NAME, Virus.length != 0 ? Virus : ScanResultInfo);
  writeDetectionFields();
  dropComma();
  byte(BRACE_CLOSE);
  writeFiredRules();
  reserve(0);
  lit(RESULT_END);
}

function writeAction(): void {
  const said = Act.length != 0 ? Act : Action;
  if (said.length != 0) {
    lit(ACTION.key);
    byte(0x22);
    lit(meaning(Act.length != 0 ? ACT_WORDS : ACTION_WORDS, said));
    note(ACTION, said);
    lit(ACTION_DETAILS.key);
    value(said);
    if (Hld.length != 0) {
      store<u16>(position(), 0x2820);
      rewind(position() + 2);
      value(Hld);
      byte(0x29);
      took(ACTION_DETAILS, Hld);
    }
    closeString();
    took(ACTION_DETAILS, said);
  } else if (saysTrue(Delivered) || saysFalse(Delivered)) {
    lit(ACTION.key);
    byte(0x22);
    lit(saysTrue(Delivered) ? ALLOWED : FAILED);
    note(ACTION, Delivered);
  }
}

/** For docs/mapping.md: word `index` of Act's table (0) or Action's (1), a literal, or 0 behind the last. */
export function actionWord(table: u32, index: usize): usize {
  return load<u32>((table == 0 ? ACT_WORDS : ACTION_WORDS) + (index << 3));
}

/** The UDM action of that word as it is written, a literal. */
export function actionOf(table: u32, index: usize): usize {
  return load<u32>((table == 0 ? ACT_WORDS : ACTION_WORDS) + (index << 3), 4);
}

/** The UDM action of a word, a literal. */
function meaning(table: usize, field: Field): usize {
  for (let at = table; load<u32>(at) != 0; at += 8) {
    if (equalsWord(field.value, field.length, load<u32>(at))) return load<u32>(at, 4);
  }
  return UNKNOWN_ACTION;
}

function writeCategoryDetails(): void {
  const details = open(CATEGORY_DETAILS.key);
  putDetail(RejType);
  putDetail(UrlCategory);
  if (Hld.length != 0) {
    const name = holdName();
    if (name == 0) putDetail(Hld);
    else {
      byte(0x22);
      lit(name);
      closeString();
      note(CATEGORY_DETAILS, Hld);
    }
  }
  close(details, BRACKET_CLOSE);
}

function putDetail(field: Field): void {
  if (field.length == 0) return;
  byte(0x22);
  value(field);
  closeString();
  took(CATEGORY_DETAILS, field);
}

function writeSeverityDetails(): void {
  if ((SpamInfo.length | SpamLimit.length | SpamScore.length) == 0) return;
  lit(SEVERITY_DETAILS.key);
  let first = putPart(SEVERITY_DETAILS, PREFIX_SPAM_INFO, SpamInfo, true);
  first = putPart(SEVERITY_DETAILS, PREFIX_SPAM_LIMIT, SpamLimit, first);
  putPart(SEVERITY_DETAILS, PREFIX_SPAM_SCORE, SpamScore, first);
  closeString();
}

function writeDescription(): void {
  if ((RejCode.length | RejType.length | RejInfo.length) == 0) return;
  lit(DESCRIPTION.key);
  let first = putPart(DESCRIPTION, PREFIX_REJ_CODE, RejCode, true);
  first = putPart(DESCRIPTION, PREFIX_REJ_TYPE, RejType, first);
  putPart(DESCRIPTION, PREFIX_REJ_INFO, RejInfo, first);
  closeString();
}

/** `, key=value`, without the comma if it is the first part. Returns whether the next one still is the first. */
function putPart(row: Row, prefix: usize, field: Field, first: bool): bool {
  if (field.length == 0) return first;
  if (!first) lit(SEPARATOR);
  lit(prefix);
  value(field);
  took(row, field);
  return false;
}

function writeSummary(): void {
  let field = Definition;
  if (field.length == 0) field = Err;
  if (field.length == 0) field = Error_;
  if (field.length == 0) field = reason;
  putText(SUMMARY, field);
}

function writeDetectionFields(): void {
  const fields = open(DETECTION_FIELDS.key);
  putLabel(DETECTION_FIELDS, LABEL_DIRECTION, Dir);
  putLabel(DETECTION_FIELDS, LABEL_SENDER, Sender);
  putLabel(DETECTION_FIELDS, LABEL_HEADER_FROM, headerFrom);
  putLabel(DETECTION_FIELDS, LABEL_ROUTE, Route);
  if (SpamProcessingDetail.length != 0) {
    putResult(LABEL_SPF_ALLOW, SPF, ALLOW);
    putResult(LABEL_SPF_INFO, SPF, INFO);
    putResult(LABEL_DKIM_ALLOW, DKIM, ALLOW);
    putResult(LABEL_DKIM_INFO, DKIM, INFO);
    putResult(LABEL_DMARC_ALLOW, DMARC, ALLOW);
    putResult(LABEL_DMARC_INFO, DMARC, INFO);
  }
  if (aCode.length != 0) {
    lit(LABEL_ACODE);
    value(aCode);
    lit(LABEL_END);
    note(DETECTION_CODE, aCode);
  }
  if (hasDuplicates()) writeDuplicateKeys();
  close(fields, BRACKET_CLOSE);
}

function putLabel(row: Row, label: usize, field: Field): void {
  if (field.length == 0) return;
  lit(label);
  value(field);
  lit(LABEL_END);
  took(row, field);
}

function putResult(label: usize, check: usize, what: usize): void {
  const length = resultLength(check, what);
  if (length == 0) return;
  lit(label);
  text(resultAt(check, what), length);
  lit(LABEL_END);
  note(DETECTION_SPAM, SpamProcessingDetail);
}

/** Names of fields in the order of the dictionary, then unknown keys as they came. */
function writeDuplicateKeys(): void {
  lit(LABEL_DUPLICATES);
  for (let i = 0; i < fieldCount(); i++) {
    if ((fieldAt(i).state & DUPLICATE) == 0) continue;
    reserve(0);
    lit(firstName(i));
    byte(0x2c);
  }
  for (let at = entries(); at != 0; at = changetype<Entry>(at).next) {
    const entry = changetype<Entry>(at);
    if (entry.kind != UNKNOWN || (entry.state & DUPLICATE) == 0) continue;
    text(entry.name, entry.nameLength);
    byte(0x2c);
  }
  dropComma();
  lit(LABEL_END);
}

/** Which of Mimecast's logs a line belongs to, and what follows from it: its stage, and names that depend on it (docs/grammar.md). */
import {
  Act,
  Action,
  AttCnt,
  Attempt,
  AttNames,
  AttSize,
  action,
  CustomerIP,
  CustomName,
  CustomThreatDictionary,
  Definition,
  Delivered,
  destinationIp,
  Err,
  emailSize,
  fileName,
  filename_for_malachite,
  Hits,
  Hld,
  headerFrom,
  InternalName,
  IP,
  IPInternalName,
  IPNewDomain,
  IPReplyMismatch,
  IPSimilarDomain,
  IPThreadDict,
  Latency,
  MimecastIP,
  MsgSize,
  md5,
  NewDomain,
  Rcpt,
  RcptActType,
  RcptHdrType,
  ReceiptAck,
  Recipient,
  reason,
  recipients,
  ScanResultInfo,
  SimilarCustomExternalDomain,
  SimilarInternalDomain,
  SimilarMimecastExternalDomain,
  Size,
  Snt,
  SourceIP,
  senderIp,
  sha1,
  sha256,
  ThreatDictionary,
  type,
  URL,
  UseTls,
  Virus,
} from "../fields/dictionary";
import { Field } from "../fields/field";
import { BACKSLASH, equalsWord, SLASH, sameBytes, startsWith } from "../input/bytes";
import { FROM_JSON, moveField } from "../input/line";
import { wasJson } from "../input/read";
import { literal, literalLength } from "../output/literal";

/** Log types; their order here is not that of the table in docs/grammar.md, which `guess` follows. */
export const DELIVERY: u32 = 0;
export const PROCESS: u32 = 1;
export const JOURNAL: u32 = 2;
export const AV: u32 = 3;
export const IMPERSONATION: u32 = 4;
export const INTERNAL_EMAIL: u32 = 5;
export const URL_PROTECT: u32 = 6;
export const ATTACHMENT: u32 = 7;
export const SPAM: u32 = 8;
export const RECEIPT: u32 = 9;
const LOG_TYPES: u32 = 10;

/** For each log type its name and its file name prefix. */
const TABLE: usize = memory.data(80, 4);

function logType(number: u32, name: usize, prefix: usize): void {
  store<u32>(TABLE + ((<usize>number) << 3), <u32>name);
  store<u32>(TABLE + ((<usize>number) << 3), <u32>prefix, 4);
}

logType(DELIVERY, literal("delivery"), literal("delivery_"));
logType(PROCESS, literal("process"), literal("process_"));
logType(JOURNAL, literal("journal"), literal("jrnl_"));
logType(AV, literal("av"), literal("av_"));
logType(IMPERSONATION, literal("impersonation protect"), literal("impersonation_"));
logType(INTERNAL_EMAIL, literal("internal email protect"), literal("iep_"));
logType(URL_PROTECT, literal("url protect"), literal("ttp_url_"));
logType(ATTACHMENT, literal("attachment protect"), literal("ttp_ap_"));
logType(SPAM, literal("spam"), literal("spameventthread_"));
logType(RECEIPT, literal("receipt"), literal("receipt_"));

/** The name of URL that only url protect lines use. */
const LOWER_URL: u64 = 0x6c_7275;

/** Name of a log type, a literal. */
export function logTypeName(number: u32): usize {
  return load<u32>(TABLE + ((<usize>number) << 3));
}

let told: bool = false;

/** Whether the log type was said, by `type` or by the name of the file, and not guessed from the fields. */
export function isLogTypeTold(): bool {
  return told;
}

/** The log type of the decoded line. Moves the values of names that depend on it to their fields. */
export function findLogType(): u32 {
  let found = wasJson() ? said() : LOG_TYPES;
  if (found == LOG_TYPES) found = filed();
  told = found != LOG_TYPES;
  if (!told) found = guess();
  resolve(found);
  return found;
}

/** The log type that `type` names. */
function said(): u32 {
  if (type.length == 0) return LOG_TYPES;
  let number: u32 = 0;
  while (number < LOG_TYPES && !equalsWord(type.value, type.length, logTypeName(number))) number++;
  return number;
}

/** The log type that the prefix of the file's name gives. */
function filed(): u32 {
  const length = <usize>filename_for_malachite.length;
  if (length == 0 || (filename_for_malachite.state & FROM_JSON) == 0) return LOG_TYPES;
  const start = filename_for_malachite.value;
  let from = start + length;
  while (from > start && load<u8>(from - 1) != SLASH && load<u8>(from - 1) != BACKSLASH) from--;
  let number: u32 = 0;
  while (number < LOG_TYPES) {
    if (startsWith(from, start + length, load<u32>(TABLE + ((<usize>number) << 3), 4))) break;
    number++;
  }
  return number;
}

/** The first log type of the table whose fields are there. */
function guess(): u32 {
  if (
    (Delivered.length |
      Attempt.length |
      Latency.length |
      ReceiptAck.length |
      Snt.length |
      UseTls.length |
      Err.length) !=
    0
  ) {
    return DELIVERY;
  }
  if (
    (AttNames.length |
      AttCnt.length |
      AttSize.length |
      MsgSize.length |
      Hld.length |
      IPInternalName.length |
      IPNewDomain.length |
      IPReplyMismatch.length |
      IPSimilarDomain.length |
      IPThreadDict.length) !=
    0
  ) {
    return PROCESS;
  }
  if ((RcptActType.length | RcptHdrType.length) != 0) return JOURNAL;
  const hashed = (sha1.length | sha256.length | md5.length) != 0;
  if ((CustomerIP.length | MimecastIP.length) != 0 || (Virus.length != 0 && hashed)) return AV;
  if (
    (Definition.length |
      Hits.length |
      InternalName.length |
      CustomName.length |
      NewDomain.length |
      SimilarInternalDomain.length |
      SimilarCustomExternalDomain.length |
      SimilarMimecastExternalDomain.length |
      ThreatDictionary.length |
      CustomThreatDictionary.length) !=
    0
  ) {
    return IMPERSONATION;
  }
  if (ScanResultInfo.length != 0) return INTERNAL_EMAIL;
  if (reason.length != 0 || cameAsLowerUrl()) return URL_PROTECT;
  if (fileName.length != 0 && hashed) return ATTACHMENT;
  if (SourceIP.length != 0 && headerFrom.length != 0 && Act.length == 0) return SPAM;
  return RECEIPT;
}

function cameAsLowerUrl(): bool {
  return URL.length != 0 && literalLength(URL.name) == 3 && load<u64>(URL.name) == LOWER_URL;
}

function resolve(logType: u32): void {
  const isProtect =
    logType == URL_PROTECT || logType == ATTACHMENT || logType == IMPERSONATION || logType == INTERNAL_EMAIL;
  moveField(action, isProtect ? Action : Act);
  const hasRcpt = logType == RECEIPT || logType == PROCESS || logType == DELIVERY || logType == JOURNAL;
  moveField(recipients, hasRcpt ? Rcpt : Recipient);
  moveField(emailSize, logType == DELIVERY ? Snt : logType == AV ? Size : MsgSize);
  if (logType == DELIVERY) moveField(destinationIp, IP);
  else moveField(senderIp, logType == SPAM ? SourceIP : IP);
}

/** True if a field's value is the log type's own name, byte for byte. */
export function isLogTypeName(field: Field, logType: u32): bool {
  const name = logTypeName(logType);
  return field.length == literalLength(name) && sameBytes(field.value, name, field.length);
}

/** UDM nouns: principal, target, about, observer. */
import {
  AttNames,
  AttSize,
  fileMime,
  fileName,
  filename_for_malachite,
  Hostname,
  headerFrom,
  IP,
  md5,
  Sender,
  SenderDomain,
  Size,
  SourceIP,
  sha1,
  sha256,
  URL,
} from "../fields/dictionary";
import { Field } from "../fields/field";
import { BRACE_CLOSE, BRACKET_CLOSE, COMMA, QUOTE } from "../input/bytes";
import { literal } from "../output/literal";
import { byte, close, closeString, lit, open, position, rewind, text } from "../output/writer";
import {
  headerFromAt,
  headerFromLength,
  isEmail,
  putRecipients,
  senderAt,
  senderLength,
  sendersDiffer,
} from "./addresses";
import { DELIVERY, PROCESS } from "./log-type";
import { GOOGLE, note, OWN, part, putOne, putText, Row, row, took, value } from "./row";
import { hasScheme, isHash, isIp, isSpace, isUnsigned, partEnd } from "./values";

const EMAIL_ADDRESSES = row(
  "principal.user.email_addresses[]",
  "Sender, headerFrom",
  GOOGLE,
  "each that is a valid address; headerFrom if it differs",
);
const PRINCIPAL_IP = row(
  "principal.ip[]",
  "IP, SourceIP",
  GOOGLE,
  "stage RECEIPT: IP if it is an address, else SourceIP; other values stay in additional",
);
const ADMINISTRATIVE_DOMAIN = row("principal.administrative_domain", "SenderDomain", OWN);
const FULL_PATH = row("principal.process.file.full_path", "fileName", GOOGLE);
const RESOURCE_NAME = row("principal.resource.name", "filename_for_malachite", GOOGLE);
const PRINCIPAL_APPLICATION = row(
  "principal.application",
  "",
  OWN,
  "Mimecast MTA, if an EMAIL_TRANSACTION has no other principal",
);
const TARGET_ADDRESSES = row(
  "target.user.email_addresses[]",
  "Rcpt, Recipient",
  GOOGLE,
  "the same as email.to",
);
const TARGET_IP = row("target.ip[]", "IP", GOOGLE, "stage DELIVERY");
const TARGET_SHA1 = row("target.file.sha1", "sha1", GOOGLE, "if hexadecimal of the right length; lower case");
const TARGET_SHA256 = row(
  "target.file.sha256",
  "sha256",
  GOOGLE,
  "if hexadecimal of the right length; lower case",
);
const TARGET_MD5 = row("target.file.md5", "md5", OWN, "if hexadecimal of the right length; lower case");
const TARGET_MIME = row("target.file.mime_type", "fileMime", OWN);
const TARGET_SIZE = row("target.file.size", "Size", OWN, "if it is an unsigned number");
const TARGET_HOSTNAME = row("target.hostname", "Hostname", OWN, "API 2.0");
const ABOUT_PATH = row(
  "about[].file.full_path",
  "AttNames",
  GOOGLE | OWN,
  "each name; Google's parser removes every space, here names keep theirs",
);
const ABOUT_SIZE = row("about[].file.size", "AttSize", GOOGLE | OWN, "if AttNames has exactly one name");
const ABOUT_URL = row("about[].url", "URL", OWN, "with http:// in front if it has no scheme");
row("observer.application", "", OWN, "Mimecast MTA, if a GENERIC_EVENT has no other noun");

const PRINCIPAL = literal('"principal":{');
const TARGET = literal('"target":{');
const USER = literal('"user":{');
const PROCESS_OBJECT = literal('"process":{');
const RESOURCE = literal('"resource":{');
const FILE = literal('"file":{');
const ABOUT = literal('"about":[');
const OBJECT = literal("{");
const OBSERVER = literal('"observer":{"application":"Mimecast MTA"},');
const MIMECAST_MTA = literal("Mimecast MTA");
const HTTP = literal("http://");

/** Writes the nouns. At least one is there afterwards, and a principal if the event is an EMAIL_TRANSACTION. */
export function writeNouns(logType: u32): void {
  const start = position();
  writePrincipal(logType);
  writeTarget(logType);
  writeAbout();
  if (position() == start) lit(OBSERVER);
}

function writePrincipal(logType: u32): void {
  const principal = open(PRINCIPAL);
  const user = open(USER);
  writeSenders();
  close(user, BRACE_CLOSE);
  if (logType != DELIVERY && logType != PROCESS && !putIp(PRINCIPAL_IP, IP)) putIp(PRINCIPAL_IP, SourceIP);
  putText(ADMINISTRATIVE_DOMAIN, SenderDomain);
  if (fileName.length != 0) {
    const process = open(PROCESS_OBJECT);
    const file = open(FILE);
    putText(FULL_PATH, fileName);
    close(file, BRACE_CLOSE);
    close(process, BRACE_CLOSE);
  }
  const resource = open(RESOURCE);
  putText(RESOURCE_NAME, filename_for_malachite);
  close(resource, BRACE_CLOSE);
  if (isEmail && load<u8>(position() - 1) != COMMA) {
    lit(PRINCIPAL_APPLICATION.key);
    lit(MIMECAST_MTA);
    closeString();
  }
  close(principal, BRACE_CLOSE);
}

function writeSenders(): void {
  const list = open(EMAIL_ADDRESSES.key);
  if (senderLength != 0) {
    byte(QUOTE);
    part(Sender, senderAt, senderLength);
    closeString();
    note(EMAIL_ADDRESSES, Sender);
  }
  if (headerFromLength != 0 && (sendersDiffer || senderLength == 0)) {
    byte(QUOTE);
    part(headerFrom, headerFromAt, headerFromLength);
    closeString();
    note(EMAIL_ADDRESSES, headerFrom);
  }
  close(list, BRACKET_CLOSE);
}

/** Writes the field if it is an IP address. */
function putIp(row: Row, field: Field): bool {
  if (field.length == 0 || !isIp(field.value, field.length)) return false;
  putOne(row, field);
  return true;
}

function writeTarget(logType: u32): void {
  const target = open(TARGET);
  const user = open(USER);
  putRecipients(TARGET_ADDRESSES);
  close(user, BRACE_CLOSE);
  if (logType == DELIVERY) putIp(TARGET_IP, IP);
  const file = open(FILE);
  putHash(TARGET_SHA1, sha1, 40);
  putHash(TARGET_SHA256, sha256, 64);
  putHash(TARGET_MD5, md5, 32);
  putText(TARGET_MIME, fileMime);
  putUnsigned(TARGET_SIZE, Size);
  close(file, BRACE_CLOSE);
  putText(TARGET_HOSTNAME, Hostname);
  close(target, BRACE_CLOSE);
}

function putHash(row: Row, field: Field, digits: usize): void {
  if (field.length == 0 || !isHash(field.value, field.length, digits)) return;
  lit(row.key);
  // In lower case: 0x20 is part of each decimal digit already.
  for (let i: usize = 0; i < digits; i += 8) {
    store<u64>(position() + i, load<u64>(field.value + i) | 0x2020_2020_2020_2020);
  }
  rewind(position() + digits);
  closeString();
  took(row, field);
}

/** Writes the field as a 64-bit number, which protobuf's JSON writes as a string. */
export function putUnsigned(row: Row, field: Field): void {
  if (field.length != 0 && isUnsigned(field.value, field.length)) putText(row, field);
}

function writeAbout(): void {
  const about = open(ABOUT);
  if (AttNames.length != 0) writeAttachments();
  if (URL.length != 0) {
    const entry = open(OBJECT);
    lit(ABOUT_URL.key);
    if (!hasScheme(URL.value, URL.length)) lit(HTTP);
    value(URL);
    closeString();
    took(ABOUT_URL, URL);
    close(entry, BRACE_CLOSE);
  }
  close(about, BRACKET_CLOSE);
}

/** One entry for each name; the size of the attachments in the entry if there is only one. */
function writeAttachments(): void {
  let names = 0;
  let quotes = 0;
  let from = AttNames.value;
  const end = from + AttNames.length;
  for (let at = from; at < end; at++) if (load<u8>(at) == QUOTE) quotes++;
  while (from <= end) {
    const next = partEnd(from, end);
    const entry = open(OBJECT);
    const file = open(FILE);
    if (writeName(from, next)) {
      names++;
      // Whether it is the only one shows only at the next: the size is written last, behind what may be taken back.
      if (names == 1 && next == end) putUnsigned(ABOUT_SIZE, AttSize);
      else if (names == 1 && !holdsName(next + 1, end)) putUnsigned(ABOUT_SIZE, AttSize);
    }
    close(file, BRACE_CLOSE);
    close(entry, BRACE_CLOSE);
    from = next + 1;
  }
  if (names != 0 && (quotes & 1) == 0) took(ABOUT_PATH, AttNames);
  else if (names != 0) note(ABOUT_PATH, AttNames);
}

/** Writes one name without its quotes and outer spaces. False, and nothing written, if nothing is left of it. */
function writeName(from: usize, end: usize): bool {
  from = nameStart(from, end);
  if (from == end) return false;
  while (isSpace(load<u8>(end - 1)) || load<u8>(end - 1) == QUOTE) end--;
  lit(ABOUT_PATH.key);
  while (true) {
    const quote = findQuote(from, end);
    text(from, quote - from);
    if (quote == end) break;
    from = quote + 1;
  }
  closeString();
  return true;
}

/** First byte of a name that is neither quote nor space, or `end`. */
function nameStart(from: usize, end: usize): usize {
  while (from < end && (isSpace(load<u8>(from)) || load<u8>(from) == QUOTE)) from++;
  return from;
}

function findQuote(from: usize, end: usize): usize {
  while (from < end && load<u8>(from) != QUOTE) from++;
  return from;
}

/** True if a further name stands in `[from, end)`. */
function holdsName(from: usize, end: usize): bool {
  while (from < end) {
    const next = partEnd(from, end);
    if (nameStart(from, next) != next) return true;
    from = next + 1;
  }
  return false;
}

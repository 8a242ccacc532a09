/** UDM network. */
import {
  Cphr,
  Dir,
  headerFrom,
  MsgId,
  MsgSize,
  Route,
  Sender,
  Snt,
  Subject,
  TlsVer,
  UseTls,
} from "../fields/dictionary";
import { Field } from "../fields/field";
import { BRACE_CLOSE, equalsWord } from "../input/bytes";
import { literal } from "../output/literal";
import { close, closeString, lit, open } from "../output/writer";
import {
  headerFromAt,
  headerFromLength,
  putRecipients,
  senderAt,
  senderLength,
  sendersDiffer,
} from "./addresses";
import { DELIVERY, RECEIPT } from "./log-type";
import { putUnsigned } from "./nouns";
import { GOOGLE, GOOGLE_LATER, note, OWN, part, putOne, putText, row, took } from "./row";

const DIRECTION = row(
  "network.direction",
  "Dir, Route",
  GOOGLE | OWN,
  "Internal, Inbound: INBOUND; External, Outbound: OUTBOUND; Route only without Dir",
);
const FROM = row("network.email.from", "Sender, headerFrom", GOOGLE, "the first that is a valid address");
const TO = row("network.email.to[]", "Rcpt, Recipient", GOOGLE, "valid addresses of Rcpt, else of Recipient");
const MAIL_ID = row("network.email.mail_id", "MsgId", GOOGLE);
const SUBJECT = row("network.email.subject[]", "Subject", GOOGLE);
const BOUNCE_ADDRESS = row(
  "network.email.bounce_address",
  "Sender",
  OWN,
  "if headerFrom is valid too and differs",
);
const RECEIVED_BYTES = row("network.received_bytes", "MsgSize", GOOGLE, "if it is an unsigned number");
const SENT_BYTES = row("network.sent_bytes", "Snt", GOOGLE, "if it is an unsigned number");
const TLS_VERSION = row("network.tls.version", "TlsVer", GOOGLE_LATER);
const TLS_CIPHER = row("network.tls.cipher", "Cphr", GOOGLE_LATER);
const TLS_ESTABLISHED = row("network.tls.established", "UseTls", OWN, "Yes, true: true; No, false: false");
row("network.application_protocol", "the log type", OWN, "SMTP for receipt and delivery");

const NETWORK = literal('"network":{');
const EMAIL = literal('"email":{');
const TLS = literal('"tls":{');
const INBOUND = literal("INBOUND");
const OUTBOUND = literal("OUTBOUND");
const ESTABLISHED_TRUE = literal('"established":true,');
const ESTABLISHED_FALSE = literal('"established":false,');
const SMTP = literal('"application_protocol":"SMTP",');

const WORD_INTERNAL = literal("internal");
const WORD_INBOUND = literal("inbound");
const WORD_EXTERNAL = literal("external");
const WORD_OUTBOUND = literal("outbound");
const WORD_YES = literal("yes");
const WORD_TRUE = literal("true");
const WORD_NO = literal("no");
const WORD_FALSE = literal("false");

function isWord(field: Field, word: usize): bool {
  return equalsWord(field.value, field.length, word);
}

/** True if the field says yes. */
export function saysTrue(field: Field): bool {
  return isWord(field, WORD_TRUE);
}

export function saysFalse(field: Field): bool {
  return isWord(field, WORD_FALSE);
}

export function writeNetwork(logType: u32): void {
  const network = open(NETWORK);
  writeDirection(Dir.length != 0 ? Dir : Route);
  writeEmail();
  putUnsigned(RECEIVED_BYTES, MsgSize);
  putUnsigned(SENT_BYTES, Snt);
  writeTls();
  if (logType == RECEIPT || logType == DELIVERY) lit(SMTP);
  close(network, BRACE_CLOSE);
}

function writeDirection(field: Field): void {
  if (field.length == 0) return;
  let direction: usize = 0;
  if (isWord(field, WORD_INBOUND) || isWord(field, WORD_INTERNAL)) direction = INBOUND;
  else if (isWord(field, WORD_OUTBOUND) || isWord(field, WORD_EXTERNAL)) direction = OUTBOUND;
  if (direction == 0) return;
  lit(DIRECTION.key);
  lit(direction);
  closeString();
  note(DIRECTION, field);
}

function writeEmail(): void {
  const email = open(EMAIL);
  if (senderLength != 0) {
    lit(FROM.key);
    part(Sender, senderAt, senderLength);
    closeString();
    note(FROM, Sender);
  } else if (headerFromLength != 0) {
    lit(FROM.key);
    part(headerFrom, headerFromAt, headerFromLength);
    closeString();
    note(FROM, headerFrom);
  }
  putRecipients(TO);
  putText(MAIL_ID, MsgId);
  putOne(SUBJECT, Subject);
  if (sendersDiffer) {
    lit(BOUNCE_ADDRESS.key);
    part(Sender, senderAt, senderLength);
    closeString();
    note(BOUNCE_ADDRESS, Sender);
  }
  close(email, BRACE_CLOSE);
}

function writeTls(): void {
  const tls = open(TLS);
  putText(TLS_VERSION, TlsVer);
  putText(TLS_CIPHER, Cphr);
  if (UseTls.length != 0) {
    const yes = saysTrue(UseTls) || isWord(UseTls, WORD_YES);
    if (yes || saysFalse(UseTls) || isWord(UseTls, WORD_NO)) {
      lit(yes ? ESTABLISHED_TRUE : ESTABLISHED_FALSE);
      took(TLS_ESTABLISHED, UseTls);
    }
  }
  close(tls, BRACE_CLOSE);
}

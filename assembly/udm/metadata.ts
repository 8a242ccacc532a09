/** UDM metadata. */
import { acc, datetime } from "../fields/dictionary";
import { BRACE_CLOSE } from "../input/bytes";
import { literal } from "../output/literal";
import { close, closeString, lit, open } from "../output/writer";
import { isEmail } from "./addresses";
import { DELIVERY, PROCESS } from "./log-type";
import { GOOGLE, OWN, putText, row, took } from "./row";
import { writeHostTime, writeTime } from "./time";

const EVENT_TIMESTAMP = row(
  "metadata.event_timestamp",
  "datetime",
  GOOGLE | OWN,
  "RFC 3339, its offset kept; the host's time if absent or unreadable",
);
const EVENT_TYPE = row(
  "metadata.event_type",
  "Sender, headerFrom, Rcpt, Recipient",
  GOOGLE,
  "EMAIL_TRANSACTION if one of them holds a valid address, else GENERIC_EVENT",
);
row("metadata.vendor_name", "", GOOGLE, "Mimecast");
row("metadata.product_name", "", GOOGLE, "Mimecast MTA");
row(
  "metadata.product_event_type",
  "the log type",
  GOOGLE,
  "Email RECEIPT, Email PROCESSING or Email DELIVERY",
);
const PRODUCT_LOG_ID = row("metadata.product_log_id", "acc", GOOGLE, "up to 256 bytes");
row("metadata.log_type", "", GOOGLE, "MIMECAST_MAIL");

/** The longest product_log_id that UDM's usage guide allows, in bytes. */
const MAX_LOG_ID: usize = 256;

const METADATA = literal('"metadata":{');
const EMAIL_TRANSACTION = literal("EMAIL_TRANSACTION");
const GENERIC_EVENT = literal("GENERIC_EVENT");
const VENDOR = literal('"vendor_name":"Mimecast","product_name":"Mimecast MTA","product_event_type":"Email ');
const RECEIPT_STAGE = literal('RECEIPT",');
const PROCESSING_STAGE = literal('PROCESSING",');
const DELIVERY_STAGE = literal('DELIVERY",');
const LOG_TYPE = literal('"log_type":"MIMECAST_MAIL",');

export function writeMetadata(logType: u32, seconds: u32, nanoseconds: u32): void {
  const metadata = open(METADATA);
  lit(EVENT_TIMESTAMP.key);
  if (datetime.length != 0 && writeTime(datetime.value, datetime.length)) took(EVENT_TIMESTAMP, datetime);
  else writeHostTime(seconds, nanoseconds);
  closeString();
  lit(EVENT_TYPE.key);
  lit(isEmail ? EMAIL_TRANSACTION : GENERIC_EVENT);
  closeString();
  lit(VENDOR);
  lit(logType == DELIVERY ? DELIVERY_STAGE : logType == PROCESS ? PROCESSING_STAGE : RECEIPT_STAGE);
  if (acc.length <= MAX_LOG_ID) putText(PRODUCT_LOG_ID, acc);
  lit(LOG_TYPE);
  close(metadata, BRACE_CLOSE);
}

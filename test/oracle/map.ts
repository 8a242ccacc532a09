// A settled line into its UDM event: one function for each member of the event, in the order of
// docs/event.md. Each notes the fields it took whole; what nobody took is additional.ts's.

import { additional } from "./additional.ts";
import type { LogType } from "./logtype.ts";
import type { RulesOracle } from "./rules.ts";
import { securityResult } from "./security.ts";
import type { Settled } from "./settle.ts";
import { sameWord } from "./text.ts";
import {
  address,
  addresses,
  attachmentNames,
  type HostTime,
  hash,
  hostTimestamp,
  ipAddress,
  timestamp,
  unsigned,
  urlWithScheme,
} from "./values.ts";
import { type Json, type Members, members } from "./write.ts";

const PRODUCT = "Mimecast MTA";
const LONGEST_LOG_ID = 256;

export type Stage = "RECEIPT" | "PROCESSING" | "DELIVERY";

/** A line under mapping: its fields, and which of them a row of docs/mapping.md took whole. */
export class Mapping {
  readonly line: Settled;
  readonly stage: Stage;
  private readonly taken = new Set<string>();

  constructor(line: Settled) {
    this.line = line;
    this.stage = stageOf(line.type);
  }

  value(field: string): string | undefined {
    return this.line.value(field);
  }

  /** The field's value, which thereby is in the event as it came. */
  take(field: string): string | undefined {
    this.taken.add(field);
    return this.value(field);
  }

  /** Takes the field if `used`, what a row made of it, is anything. */
  takeIf<T>(field: string, used: T | undefined): T | undefined {
    if (used !== undefined) this.taken.add(field);
    return used;
  }

  isTaken(field: string): boolean {
    return this.taken.has(field);
  }
}

/** The event, with those rules that fire if they are given. */
export function event(line: Settled, time: HostTime, rules?: RulesOracle): Members {
  const mapping = new Mapping(line);
  const type = eventType(mapping);
  const principal = principalOf(mapping);
  if (principal.size === 0 && type === "EMAIL_TRANSACTION") principal.set("application", PRODUCT);
  const target = targetOf(mapping);
  const about = aboutOf(mapping);
  const meta = metadata(mapping, type, time);
  const fired = rules?.entries(line, String(meta.get("event_timestamp"))) ?? [];
  const hasNoun = principal.size + target.size + about.length > 0;
  return members(
    ["metadata", meta],
    ["principal", principal],
    ["target", target],
    ["about", about],
    ["observer", members(["application", hasNoun ? undefined : PRODUCT])],
    ["network", network(mapping)],
    ["security_result", [securityResult(mapping), ...fired]],
    ["additional", additional(mapping)],
  );
}

function stageOf(type: LogType): Stage {
  if (type === "delivery") return "DELIVERY";
  return type === "process" ? "PROCESSING" : "RECEIPT";
}

function eventType(mapping: Mapping): string {
  const one = ["Sender", "headerFrom"].some((field) => addressOf(mapping, field) !== undefined);
  const many = ["Rcpt", "Recipient"].some((field) => addresses(mapping.value(field)).valid.length > 0);
  return one || many ? "EMAIL_TRANSACTION" : "GENERIC_EVENT";
}

function metadata(mapping: Mapping, type: string, time: HostTime): Members {
  const datetime = mapping.value("datetime");
  const acc = mapping.value("acc");
  const readable = mapping.takeIf("datetime", datetime === undefined ? undefined : timestamp(datetime));
  const short = acc !== undefined && Buffer.byteLength(acc) <= LONGEST_LOG_ID;
  return members(
    ["event_timestamp", readable ?? hostTimestamp(time)],
    ["event_type", type],
    ["vendor_name", "Mimecast"],
    ["product_name", PRODUCT],
    ["product_event_type", `Email ${mapping.stage}`],
    ["product_log_id", mapping.takeIf("acc", short ? acc : undefined)],
    ["log_type", "MIMECAST_MAIL"],
  );
}

function principalOf(mapping: Mapping): Members {
  const sender = addressOf(mapping, "Sender");
  const header = addressOf(mapping, "headerFrom");
  const senders = [sender, header === sender ? undefined : header].flatMap((found) => found ?? []);
  return members(
    ["user", members(["email_addresses", senders])],
    ["ip", list(sourceIp(mapping))],
    ["administrative_domain", mapping.take("SenderDomain")],
    ["process", members(["file", members(["full_path", mapping.take("fileName")])])],
    ["resource", members(["name", mapping.take("filename_for_malachite")])],
  );
}

function sourceIp(mapping: Mapping): string | undefined {
  if (mapping.stage !== "RECEIPT") return undefined;
  return (
    mapping.takeIf("IP", ipAddress(mapping.value("IP"))) ??
    mapping.takeIf("SourceIP", ipAddress(mapping.value("SourceIP")))
  );
}

function targetOf(mapping: Mapping): Members {
  const ip = mapping.stage === "DELIVERY" ? ipAddress(mapping.value("IP")) : undefined;
  const file = members(
    ["sha1", mapping.takeIf("sha1", hash(mapping.value("sha1"), 40))],
    ["sha256", mapping.takeIf("sha256", hash(mapping.value("sha256"), 64))],
    ["md5", mapping.takeIf("md5", hash(mapping.value("md5"), 32))],
    ["mime_type", mapping.take("fileMime")],
    ["size", mapping.takeIf("Size", unsigned(mapping.value("Size")))],
  );
  return members(
    ["user", members(["email_addresses", recipients(mapping)])],
    ["ip", list(mapping.takeIf("IP", ip))],
    ["file", file],
    ["hostname", mapping.take("Hostname")],
  );
}

function aboutOf(mapping: Mapping): Members[] {
  const names = attachmentNames(mapping.value("AttNames"));
  const total = unsigned(mapping.value("AttSize"));
  const size = mapping.takeIf("AttSize", names.length === 1 ? total : undefined);
  const attachments = names.map((name) => members(["file", members(["full_path", name], ["size", size])]));
  const url = mapping.take("URL");
  return url === undefined ? attachments : [...attachments, members(["url", urlWithScheme(url)])];
}

function network(mapping: Mapping): Members {
  const sender = addressOf(mapping, "Sender");
  const header = addressOf(mapping, "headerFrom");
  const bounces = sender !== undefined && header !== undefined && sender !== header;
  const overSmtp = mapping.line.type === "receipt" || mapping.line.type === "delivery";
  const email = members(
    ["from", sender ?? header],
    ["to", recipients(mapping)],
    ["mail_id", mapping.take("MsgId")],
    ["subject", list(mapping.take("Subject"))],
    ["bounce_address", bounces ? sender : undefined],
  );
  const tls = members(
    ["version", mapping.take("TlsVer")],
    ["cipher", mapping.take("Cphr")],
    ["established", mapping.takeIf("UseTls", yesOrNo(mapping.value("UseTls")))],
  );
  return members(
    ["direction", direction(mapping.value("Dir") ?? mapping.value("Route"))],
    ["email", email],
    ["received_bytes", mapping.takeIf("MsgSize", unsigned(mapping.value("MsgSize")))],
    ["sent_bytes", mapping.takeIf("Snt", unsigned(mapping.value("Snt")))],
    ["tls", tls],
    ["application_protocol", overSmtp ? "SMTP" : undefined],
  );
}

function direction(word: string | undefined): string | undefined {
  if (sameWord(word, "Internal") || sameWord(word, "Inbound")) return "INBOUND";
  return sameWord(word, "External") || sameWord(word, "Outbound") ? "OUTBOUND" : undefined;
}

function yesOrNo(word: string | undefined): boolean | undefined {
  if (sameWord(word, "Yes") || sameWord(word, "true")) return true;
  return sameWord(word, "No") || sameWord(word, "false") ? false : undefined;
}

/** Rcpt's valid addresses, or Recipient's if Rcpt has none. */
function recipients(mapping: Mapping): string[] {
  for (const field of ["Rcpt", "Recipient"]) {
    const { valid, pure } = addresses(mapping.value(field));
    if (valid.length === 0) continue;
    mapping.takeIf(field, pure || undefined);
    return valid;
  }
  return [];
}

function addressOf(mapping: Mapping, field: string): string | undefined {
  const text = mapping.value(field);
  return text === undefined ? undefined : address(text);
}

function list(item: string | undefined): Json[] {
  return item === undefined ? [] : [item];
}

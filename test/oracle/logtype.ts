// Which log a line belongs to, and which field the names that depend on it mean (docs/grammar.md, Log type).

import { lower } from "./text.ts";

export const LOG_TYPES = [
  "receipt",
  "process",
  "delivery",
  "journal",
  "av",
  "spam",
  "attachment protect",
  "url protect",
  "impersonation protect",
  "internal email protect",
] as const;

export type LogType = (typeof LOG_TYPES)[number];

/** What this file asks of a line: a field's value, undefined if absent, and the name it came under. */
export interface Fields {
  json: boolean;
  value(field: string): string | undefined;
  nameOf(field: string): string | undefined;
  /** Whether the value stood beside the line, in the shipper's record. */
  isBeside(field: string): boolean;
}

const PREFIXES: readonly (readonly [string, LogType])[] = [
  ["receipt_", "receipt"],
  ["process_", "process"],
  ["delivery_", "delivery"],
  ["jrnl_", "journal"],
  ["av_", "av"],
  ["spameventthread_", "spam"],
  ["ttp_url_", "url protect"],
  ["ttp_ap_", "attachment protect"],
  ["impersonation_", "impersonation protect"],
  ["iep_", "internal email protect"],
];

const DELIVERY = ["Delivered", "Attempt", "Latency", "ReceiptAck", "Snt", "UseTls", "Err"];
const PROCESS = ["AttNames", "AttCnt", "AttSize", "MsgSize", "Hld", "IPInternalName", "IPNewDomain"].concat([
  "IPReplyMismatch",
  "IPSimilarDomain",
  "IPThreadDict",
]);
const IMPERSONATION = ["Definition", "Hits", "InternalName", "CustomName", "NewDomain"].concat([
  "SimilarInternalDomain",
  "SimilarCustomExternalDomain",
  "SimilarMimecastExternalDomain",
  "ThreatDictionary",
  "CustomThreatDictionary",
]);
const HASHES = ["sha1", "sha256", "md5"];

export function logTypeOf(fields: Fields): LogType {
  return toldLogType(fields) ?? fromFields(fields);
}

/** The log type that `type` or the file's name gives. */
export function toldLogType(fields: Fields): LogType | undefined {
  return (fields.json ? fromType(fields) : undefined) ?? fromFileName(fields);
}

/** The field a name depends on, by log type; undefined where it has none and stays by itself. */
export function fieldMeant(name: string, type: LogType): string | undefined {
  const protect = type.endsWith(" protect");
  switch (name) {
    case "action":
      return protect ? "Action" : "Act";
    case "recipients":
      return ["receipt", "process", "delivery", "journal"].includes(type) ? "Rcpt" : "Recipient";
    case "emailSize":
      return type === "delivery" ? "Snt" : type === "av" ? "Size" : "MsgSize";
    case "senderIp":
      return type === "spam" ? "SourceIP" : type === "delivery" ? undefined : "IP";
    case "destinationIp":
      return type === "delivery" ? "IP" : undefined;
    default:
      throw new Error(`${name} does not depend on the log type`);
  }
}

function fromType(fields: Fields): LogType | undefined {
  const said = fields.value("type");
  return LOG_TYPES.find((type) => said !== undefined && lower(said) === type);
}

/** In key=value the text of a stranger could forge the name. */
function fromFileName(fields: Fields): LogType | undefined {
  if (!fields.json && !fields.isBeside("filename_for_malachite")) return undefined;
  const file = fields.value("filename_for_malachite")?.split(/[/\\]/).at(-1) ?? "";
  return PREFIXES.find(([prefix]) => file.startsWith(prefix))?.[1];
}

function fromFields(fields: Fields): LogType {
  const has = (name: string): boolean => fields.value(name) !== undefined;
  if (DELIVERY.some(has)) return "delivery";
  if (PROCESS.some(has)) return "process";
  if (has("RcptActType") || has("RcptHdrType")) return "journal";
  if (has("CustomerIP") || has("MimecastIP") || (has("Virus") && HASHES.some(has))) return "av";
  if (IMPERSONATION.some(has)) return "impersonation protect";
  if (has("ScanResultInfo")) return "internal email protect";
  if (has("reason") || (has("URL") && fields.nameOf("URL") === "url")) return "url protect";
  if (has("fileName") && HASHES.some(has)) return "attachment protect";
  if (has("SourceIP") && has("headerFrom") && !has("Act")) return "spam";
  return "receipt";
}

// security_result[0] (docs/event.md; the tables of docs/mapping.md as data).

import type { Mapping } from "./map.ts";
import { lower, sameWord } from "./text.ts";
import { spamNumber, spamProcessingDetail } from "./values.ts";
import { type Members, members } from "./write.ts";

const ACT = words({ Acc: "ALLOW", Rej: "BLOCK", Hld: "QUARANTINE", Sdbx: "QUARANTINE", Bnc: "BLOCK" });
const ACTION = words({
  hold: "QUARANTINE",
  warn: "ALLOW_WITH_MODIFICATION",
  block: "BLOCK",
  allow: "ALLOW",
  none: "ALLOW",
});
const DELIVERED = words({ true: "ALLOW", false: "FAIL" });

interface Verdict {
  category?: string;
  severity: "HIGH" | "MEDIUM" | "LOW";
}

/** First hit wins; by substring, without case. */
const REJ_TYPES: readonly (readonly [parts: string[], Verdict])[] = [
  [["virus", "malware"], { category: "SOFTWARE_MALICIOUS", severity: "HIGH" }],
  [["qrcode", "phish"], { category: "MAIL_PHISHING", severity: "HIGH" }],
  [["spoof", "dmarc", "spf", "dkim", "impersonat"], { category: "MAIL_SPOOFING", severity: "MEDIUM" }],
  [["spam", "rbl", "reputation"], { category: "MAIL_SPAM", severity: "MEDIUM" }],
  [
    ["manual", "policy", "envelope", "header rejected", "content"],
    { category: "POLICY_VIOLATION", severity: "LOW" },
  ],
  [[""], { category: "UNKNOWN_CATEGORY", severity: "LOW" }],
];

const HLD_CATEGORIES = words({
  Spm: "MAIL_SPAM",
  Rbl: "MAIL_SPAM",
  Imp: "MAIL_SPOOFING",
  Bec: "MAIL_SPOOFING",
  Att: "SOFTWARE_SUSPICIOUS",
  Sbx: "SOFTWARE_SUSPICIOUS",
  Url: "NETWORK_SUSPICIOUS",
  Ctnt: "POLICY_VIOLATION",
  Dpp: "POLICY_VIOLATION",
  RcptLimit: "POLICY_VIOLATION",
});

const HLD_REASONS = words({
  Spm: "Spam",
  Rbl: "Real-time block list",
  Imp: "Impersonation",
  Bec: "Business email compromise",
  Att: "Attachment",
  Sbx: "Sandbox",
  Url: "URL",
  Ctnt: "Content",
  RcptLimit: "Recipient limit",
  Oth: "Other",
});

export function securityResult(mapping: Mapping): Members {
  const { category, severity } = verdict(mapping);
  return members(
    ["action", list(action(mapping))],
    ["action_details", actionDetails(mapping)],
    ["category", list(category)],
    ["category_details", categoryDetails(mapping)],
    ["severity", severity],
    ["severity_details", parts(mapping, ["SpamInfo", "SpamLimit", "SpamScore"])],
    ["summary", summary(mapping)],
    ["description", parts(mapping, ["RejCode", "RejType", "RejInfo"])],
    [
      "threat_name",
      mapping.value("Virus") === undefined ? mapping.take("ScanResultInfo") : mapping.take("Virus"),
    ],
    ["detection_fields", detectionFields(mapping)],
  );
}

function action(mapping: Mapping): string | undefined {
  const act = mapping.value("Act");
  if (act !== undefined) return ACT.get(lower(act)) ?? "UNKNOWN_ACTION";
  const taken = mapping.value("Action");
  if (taken !== undefined) return ACTION.get(lower(taken)) ?? "UNKNOWN_ACTION";
  return DELIVERED.get(lower(mapping.value("Delivered") ?? ""));
}

function actionDetails(mapping: Mapping): string | undefined {
  const details = mapping.value("Act") === undefined ? mapping.take("Action") : mapping.take("Act");
  if (details === undefined) return undefined;
  const hld = mapping.take("Hld");
  return hld === undefined ? details : `${details} (${hld})`;
}

function categoryDetails(mapping: Mapping): string[] {
  const hld = mapping.value("Hld");
  const reason = HLD_REASONS.get(lower(hld ?? ""));
  if (reason === undefined) mapping.take("Hld");
  return [mapping.take("RejType"), mapping.take("UrlCategory"), reason ?? hld].flatMap(
    (detail) => detail ?? [],
  );
}

function verdict(mapping: Mapping): Verdict {
  const rejType = mapping.value("RejType");
  const rejected = REJ_TYPES.find(
    ([parts]) => rejType !== undefined && parts.some((part) => lower(rejType).includes(part)),
  );
  if (rejected) return rejected[1];
  if (mapping.value("Virus") !== undefined) return { category: "SOFTWARE_MALICIOUS", severity: "HIGH" };
  if (sameWord(mapping.value("reason"), "malicious"))
    return { category: "NETWORK_MALICIOUS", severity: "HIGH" };
  if (mapping.value("ScanResultInfo") !== undefined)
    return { category: "NETWORK_MALICIOUS", severity: "MEDIUM" };
  if (mapping.value("Definition") !== undefined && sameWord(mapping.value("TaggedMalicious"), "true")) {
    return { category: "MAIL_SPOOFING", severity: "MEDIUM" };
  }
  const held = HLD_CATEGORIES.get(lower(mapping.value("Hld") ?? ""));
  if (held !== undefined) return { category: held, severity: "MEDIUM" };
  return spamVerdict(spamNumber(mapping.value("SpamScore")), spamNumber(mapping.value("SpamLimit")));
}

/** Both numbers in thousandths. */
function spamVerdict(score: number | undefined, limit: number | undefined): Verdict {
  if (score === undefined) return { severity: "LOW" };
  const hasLimit = limit !== undefined && limit > 0;
  const high = hasLimit ? 2 * limit : 20_000;
  const medium = hasLimit ? limit : 7_000;
  if (score < medium) return { severity: "LOW" };
  return { category: "MAIL_SPAM", severity: score >= high ? "HIGH" : "MEDIUM" };
}

function summary(mapping: Mapping): string | undefined {
  const field = ["Definition", "Err", "Error", "reason"].find((name) => mapping.value(name) !== undefined);
  return field === undefined ? undefined : mapping.take(field);
}

function detectionFields(mapping: Mapping): Members[] {
  const fields: (readonly [string, string | undefined])[] = [
    ["network_direction", mapping.take("Dir")],
    ["Sender", mapping.take("Sender")],
    ["header_from", mapping.take("headerFrom")],
    ["Route", mapping.take("Route")],
    ...spamProcessingDetail(mapping.value("SpamProcessingDetail")),
    ["aCode", mapping.value("aCode")],
    ["parser_duplicate_keys", mapping.line.duplicateKeys.join(",")],
  ];
  return fields.flatMap(([key, value]) => (value ? [members(["key", key], ["value", value])] : []));
}

/** `Field=value` of the fields that are there, joined by `, `. */
function parts(mapping: Mapping, fields: string[]): string {
  const present = fields.filter((field) => mapping.value(field) !== undefined);
  return present.map((field) => `${field}=${mapping.take(field)}`).join(", ");
}

function words(table: Record<string, string>): ReadonlyMap<string, string> {
  return new Map(Object.entries(table).map(([word, meaning]) => [lower(word), meaning]));
}

function list(item: string | undefined): string[] {
  return item === undefined ? [] : [item];
}

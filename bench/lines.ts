/**
 * The fixed set of lines that every benchmark reads: all log types and dialects, in proportions like those of a busy account
 * (mostly receipt, process and delivery lines), the same bytes on every machine.
 */

/** A small generator (xorshift32): the same numbers everywhere. */
export function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const next = numbers(20221124);
const pick = <T>(items: readonly T[]): T => items[next(items.length)] as T;
const hex = (digits: number): string => Array.from({ length: digits }, () => next(16).toString(16)).join("");
const PEOPLE = [
  "anna",
  "b.ortiz",
  "chen",
  "d-patel",
  "events",
  "finance",
  "hr",
  "it.desk",
  "jobs",
  "news",
] as const;
const DOMAINS = [
  "example.com",
  "example.org",
  "mail.example.net",
  "invoices.example.com",
  "shop.example",
] as const;
const SUBJECTS = [
  "Your order has shipped",
  'Re: "Quarterly figures", final',
  "Einladung zur Prüfung der Unterlagen",
  "Invoice 20-4471 | payment due",
  "ご請求書のご案内",
  "Minutes of today's meeting",
] as const;

const address = (): string => `${pick(PEOPLE)}@${pick(DOMAINS)}`;
const ip = (): string => `${pick(["192.0.2", "198.51.100", "203.0.113"])}.${next(256)}`;
const time = (): string =>
  `2026-0${1 + next(9)}-1${next(10)}T1${next(10)}:${10 + next(50)}:${10 + next(50)}+0${next(3)}00`;

type Fields = readonly (readonly [string, string])[];

const common = (): Fields => [
  ["datetime", time()],
  ["aCode", hex(22)],
  ["acc", `C${next(90) + 10}A${next(900) + 100}`],
];

const mail = (): Fields => [
  ["MsgId", `<${hex(16)}.${hex(12)}@${pick(DOMAINS)}>`],
  ["Subject", pick(SUBJECTS)],
  ["headerFrom", address()],
  ["Sender", address()],
];

const KINDS: readonly (() => Fields)[] = [
  // receipt, accepted
  () => [
    ...common(),
    ["SpamLimit", "28"],
    ["IP", ip()],
    ["Dir", pick(["Inbound", "Outbound", "Internal"])],
    ...mail(),
    ["Rcpt", address()],
    ["SpamInfo", "[]"],
    ["Act", "Acc"],
    ["TlsVer", "TLSv1.3"],
    ["Cphr", "TLS_AES_256_GCM_SHA384"],
    [
      "SpamProcessingDetail",
      '{"spf":{"info":"ALLOW","allow":true},"dkim":{"info":"DKIM_NONE","allow":true}}',
    ],
    ["SpamScore", `${next(30)}`],
  ],
  // receipt, rejected
  () => [
    ...common(),
    ["IP", ip()],
    ["RejType", pick(["Manual Envelope Rejection", "IP Found in RBL", "Virus Signature Detection"])],
    ["Error", "Rejected by policy"],
    ["RejCode", "550"],
    ["Dir", "Inbound"],
    ["headerFrom", address()],
    ["Sender", address()],
    ["Rcpt", address()],
    ["Act", "Rej"],
    ["RejInfo", "[Blocked] see https://example.com/why?id=1"],
    ["TlsVer", "TLSv1.2"],
  ],
  // process
  () => [
    ...common(),
    ["Act", pick(["Acc", "Hld"])],
    ["AttSize", `${next(900000)}`],
    ["AttCnt", "2"],
    ["AttNames", `"report ${next(100)}.pdf", "figures.xlsx"`],
    ["MsgSize", `${next(900000)}`],
    ["Hld", pick(["Spm", "Att", "Sbx"])],
    ...mail(),
  ],
  // delivery
  () => [
    ...common(),
    ["Delivered", "true"],
    ["IP", ip()],
    ["Attempt", "1"],
    ["Latency", `${next(9000)}`],
    ["Snt", `${next(900000)}`],
    ["UseTls", "Yes"],
    ["TlsVer", "TLSv1.2"],
    ["Cphr", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"],
    ["Route", "Cloud smart host"],
    ["Dir", "Outbound"],
    ["ReceiptAck", `250 2.0.0 OK ${hex(10)} - queued`],
    ...mail(),
    ["Rcpt", address()],
  ],
  // attachment protect
  () => [
    ...common(),
    ["fileName", `invoice ${next(1000)}`],
    ["fileExt", "docm"],
    ["fileMime", "application/vnd.ms-word.document.macroEnabled.12"],
    ["sha256", hex(64)],
    ["sha1", hex(40)],
    ["md5", hex(32)],
    ["Size", `${next(900000)}`],
    ["IP", ip()],
    ["Recipient", address()],
    ["Sender", address()],
    ["SenderDomain", pick(DOMAINS)],
  ],
  // url protect
  () => [
    ...common(),
    ["URL", `https://login.example.net/${hex(20)}?u=${address()}`],
    ["UrlCategory", "Phishing & Fraud"],
    ["reason", "malicious"],
    ["Action", "Block"],
    ["SourceIP", ip()],
    ["Sender", address()],
    ["Recipient", address()],
    ["Subject", pick(SUBJECTS)],
  ],
];

/** How often each kind occurs in a hundred lines. */
const SHARES = [38, 10, 22, 22, 3, 5] as const;
const WRAPPED = new Set(["Subject", "RejType", "Error", "RejInfo", "AttNames"]);

const API_2: Record<string, string> = {
  aCode: "processingId",
  acc: "accountId",
  Act: "action",
  Sender: "senderEnvelope",
  headerFrom: "senderHeader",
  Rcpt: "recipients",
  Subject: "subject",
  MsgId: "messageId",
  IP: "senderIp",
  Dir: "direction",
  TlsVer: "tlsVersion",
  Cphr: "tlsCipher",
  SpamScore: "spamScore",
  SpamInfo: "spamInfo",
  RejType: "rejectionType",
  RejInfo: "rejectionInfo",
  RejCode: "rejectionCode",
};

function line(fields: Fields, dialect: number): string {
  if (dialect < 7) {
    return fields.map(([key, value]) => `${key}=${WRAPPED.has(key) ? `\\${value}\\` : value}`).join("|");
  }
  if (dialect < 8) return JSON.stringify(Object.fromEntries(fields));
  const renamed = fields.map(([key, value]) => [API_2[key] ?? key, value] as const);
  return JSON.stringify({
    ...Object.fromEntries(renamed.filter(([key]) => key !== "datetime")),
    timestamp: 1767225600000 + next(1000000000),
    type: "receipt",
    _offset: next(1000000),
    _partition: next(200),
  });
}

/** `count` lines without their line ends. */
export function benchLines(count: number): string[] {
  const lines: string[] = [];
  for (let i = 0; i < count; i++) {
    let share = next(100);
    let kind = 0;
    while (share >= (SHARES[kind] as number)) share -= SHARES[kind++] as number;
    const fields = (KINDS[kind] as () => Fields)();
    // Two lines in ten are API 2.0, which are receipts here; one is API 1.0 JSON.
    lines.push(kind === 0 ? line(fields, next(10)) : line(fields, next(8)));
  }
  return lines;
}

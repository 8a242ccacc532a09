/**
 * A week of a made-up account, for pictures and for the report's figures: messages that pass the stages one after the other, busy by
 * day and quiet by night, with one campaign of malicious files. The same bytes on every machine.
 */
import { numbers } from "./lines.ts";

export interface SpoolOptions {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly days: number;
  readonly messages: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const STAFF = [
  ..."ap hr it.desk press legal sales anna b.ortiz chen d.patel e.novak f.okafor g.rossi h.lind".split(" "),
  ..."i.haddad j.kim k.meyer l.silva m.dubois n.berg o.price p.sato q.ali r.costa s.wolf t.byrne".split(" "),
];
const CONTACTS = "orders billing news support team no-reply events contracts research notices".split(" ");
const DOMAINS = [
  "example.com",
  "mail.example.net",
  "shop.example.com",
  "lists.example.net",
  "invoices.example.com",
  "partner.example.com",
] as const;
const SUBJECTS = [
  "Your order has shipped",
  "Re: Quarterly figures, final",
  "Einladung zur Prüfung der Unterlagen",
  "Invoice 20-4471 | payment due",
  "ご請求書のご案内",
  "Minutes of today's meeting",
  "Newsletter, week 47",
] as const;
const REJECTIONS = [
  "IP Found in RBL",
  "Manual Envelope Rejection",
  "Invalid Recipient Address",
  "Anti-Spoofing policy - Inbound not allowed",
  "Message Size Exceeded",
  "DMARC Sender Invalid - envelope rejected",
] as const;
const HOLDS = ["Spm", "Att", "Sbx", "Imp", "Ctnt", "Url"] as const;

/** Lines without their ends, in order of time but for the seconds between a message's stages. */
export function* spoolLines({ from, days, messages }: SpoolOptions): Generator<string> {
  const next = numbers(20261120);
  const pick = <T>(items: readonly T[]): T => items[next(items.length)] as T;
  /** Few of them often, most of them seldom. */
  const often = <T>(items: readonly T[]): T =>
    items[Math.floor((items.length * next(1000) * next(1000)) / 1e6)] as T;
  const hex = (digits: number): string =>
    Array.from({ length: digits }, () => next(16).toString(16)).join("");
  const chance = (percent: number): boolean => next(1000) < 10 * percent;
  const busy = busyTimes(days);

  function* message(time: number): Generator<string> {
    const sender = `${often(CONTACTS)}@${often(DOMAINS)}`;
    const recipient = `${often(STAFF)}@example.org`;
    const common = `aCode=${hex(22)}|acc=C1A1`;
    const who = `Sender=${sender}|Rcpt=${recipient}`;
    const about = `MsgId=<${hex(16)}@${pick(DOMAINS)}>|Subject=\\${pick(SUBJECTS)}\\|headerFrom=${sender}|${who}`;
    const source = `IP=${pick(["192.0.2", "198.51.100", "203.0.113"])}.${next(256)}`;
    const at = (offset: number): string => `datetime=${stamp(time + 1000 * offset)}`;
    if (chance(7)) {
      yield `${at(0)}|${common}|${source}|RejType=\\${often(REJECTIONS)}\\|RejCode=550|Dir=Inbound|${about}|Act=Rej`;
      return;
    }
    if (chance(0.6)) {
      yield `${at(0)}|${common}|${source}|RejType=\\Virus Signature Detection\\|RejCode=554|Dir=Inbound|${about}|Virus=EICAR-Test-File|Act=Rej`;
      return;
    }
    const spam = chance(8) ? 12 + next(30) : Math.floor((next(100) * next(100)) / 900);
    yield `${at(0)}|${common}|SpamLimit=28|${source}|Dir=Inbound|${about}|SpamInfo=[]|Act=Acc|TlsVer=TLSv1.3|SpamScore=${spam}`;
    const isHeld = spam > 27 || chance(1.5);
    const hold = isHeld ? `|Hld=${spam > 27 ? "Spm" : often(HOLDS)}` : "";
    const novel = chance(0.4) ? `|QrCode=${pick(["none", "found"])}` : "";
    yield `${at(1)}|${common}|Act=${isHeld ? "Hld" : "Acc"}${hold}|AttCnt=0|MsgSize=${2000 + next(900_000)}${novel}|${about}`;
    if (isHeld) return;
    const took = Math.round(Math.exp(5 + (next(1000) + next(1000) + next(1000)) / 700));
    const route = `Route=Cloud smart host|Dir=Inbound|${who}`;
    if (chance(1.2)) {
      yield `${at(4)}|${common}|Delivered=false|${source}|Attempt=${2 + next(3)}|Err=\\451 4.7.1 try again later\\|${route}`;
    } else {
      yield `${at(3)}|${common}|Delivered=true|${source}|Attempt=1|Latency=${took}|Snt=${2000 + next(900_000)}|UseTls=Yes|TlsVer=TLSv1.2|${route}`;
    }
  }

  function* protection(time: number, isCampaign: boolean): Generator<string> {
    const sender = isCampaign ? "payments@invoices.example.com" : `${often(CONTACTS)}@${often(DOMAINS)}`;
    const common = `datetime=${stamp(time)}|aCode=${hex(22)}|acc=C1A1|Sender=${sender}|Recipient=${often(STAFF)}@example.org`;
    if (isCampaign || chance(30)) {
      const digest = isCampaign ? "ab".repeat(32) : hex(64);
      yield `${common}|fileName=remittance ${next(90)}|fileExt=docm|fileMime=application/vnd.ms-word|sha256=${digest}|Size=${next(90_000)}|IP=203.0.113.${isCampaign ? 66 : next(256)}|SenderDomain=${sender.replace(/.*@/, "")}`;
    } else if (chance(60)) {
      yield `${common}|url=https://login.example.net/${hex(12)}|urlCategory=Phishing & Fraud|reason=malicious|action=Block|sourceIp=192.0.2.${next(256)}`;
    } else {
      yield `${common}|Subject=\\Quick favour\\|Definition=Default Impersonation Definition|Hits=2|Action=Hold|TaggedMalicious=true|ReplyMismatch=true|InternalName=true`;
    }
  }

  const campaign = from + Math.floor(days / 2) * DAY + 9 * HOUR;
  for (let i = 0; i < messages; i++) {
    const time = from + busy((i + next(1000) / 1000) / messages);
    yield* message(time);
    if (chance(0.5)) yield* protection(time, false);
    if (time >= campaign && time < campaign + 3 * HOUR && chance(9)) yield* protection(time, true);
    if (chance(0.02))
      yield `${stamp(time)} host sshd[${next(9000)}]: Connection closed by 192.0.2.${next(256)}`;
  }
}

/** From a share of all messages to the time of that message: mornings have many, nights and weekends few. */
function busyTimes(days: number): (share: number) => number {
  const weights = Array.from({ length: 24 * days }, (_, hour) => {
    const isWeekend = Math.floor(hour / 24) % 7 > 4;
    const day = Math.max(0, Math.sin(((hour % 24) - 5) * (Math.PI / 16)));
    return 0.12 + day * (isWeekend ? 0.15 : 1);
  });
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  return (share) => {
    let left = share * all;
    let hour = 0;
    while (hour < weights.length - 1 && left >= (weights[hour] as number)) left -= weights[hour++] as number;
    return Math.floor((hour + Math.min(0.999, left / (weights[hour] as number))) * HOUR);
  };
}

const stamp = (time: number): string => new Date(time).toISOString().replace(/\.\d+Z$/, "+0000");

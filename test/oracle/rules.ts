// The detection rules a second time, written plainly: a list of predicates, and all that was ever counted kept for ever.

import { DICTIONARY } from "./dictionary.ts";
import { type LogType, toldLogType } from "./logtype.ts";
import type { Settled } from "./settle.ts";
import { lower } from "./text.ts";
import { type Members, members } from "./write.ts";

type Fields = Readonly<Record<string, string>>;

export interface Line {
  readonly fields: Fields;
  /** Milliseconds. */
  readonly time: number;
  readonly isJson: boolean;
  readonly logType: LogType;
  /** Whether `type` or the file's name says so; else it was guessed. */
  readonly isTold: boolean;
}

interface Base {
  readonly id: string;
  readonly level: number;
  /** Ids of ATT&CK. */
  readonly techniques: string;
  readonly name: (fields: Fields) => string;
  readonly fires: (line: Line) => boolean;
}

interface Counting {
  readonly id: string;
  readonly level: number;
  /** Ids of ATT&CK. */
  readonly techniques: string;
  readonly name: (fields: Fields) => string;
  readonly of: string;
  readonly count: number;
  readonly same?: string;
  readonly different?: string;
}

export interface Fired {
  readonly id: string;
  readonly name: string;
  readonly level: number;
  readonly techniques: string;
}

const has = (value: string | undefined, word: string): boolean => lower(value ?? "").includes(word);
const is = (value: string | undefined, word: string): boolean => lower(value ?? "") === word;
const of = (fields: Fields, name: string): string => fields[name] ?? "";

const RULES: readonly (Base | Counting)[] = [
  {
    id: "106001",
    level: 5,
    techniques: "T1566",
    name: (f) => `Message ${of(f, "MsgId")} held for review.`,
    fires: ({ fields }) => is(fields.Act, "hld"),
  },
  {
    id: "106002",
    level: 5,
    techniques: "T1598.003 T1114",
    name: (f) => `Malicious email with category "${of(f, "Virus")}" sent to ${of(f, "Recipient")}.`,
    fires: ({ fields }) => "Virus" in fields && "Subject" in fields,
  },
  {
    id: "106003",
    level: 10,
    techniques: "T1598.003 T1114",
    name: (f) => `Multiple malicious emails received from same sender ${of(f, "Sender")}.`,
    of: "106002",
    count: 3,
    same: "Sender",
  },
  {
    id: "106004",
    level: 10,
    techniques: "T1598.003 T1114",
    name: (f) => `Malicious emails received by multiple users from same sender ${of(f, "Sender")}.`,
    of: "106002",
    count: 5,
    same: "Sender",
    different: "Recipient",
  },
  {
    id: "106005",
    level: 3,
    techniques: "T1566.002 T1114",
    name: (f) => `User ${of(f, "Recipient")} blocked from clicking a malicious/blocked link ${of(f, "URL")}.`,
    fires: ({ fields }) => has(fields.ScanResultInfo, "blocked"),
  },
  {
    id: "106006",
    level: 10,
    techniques: "T1566.002 T1114",
    name: (f) => `Multiple users trying to access same malicious/blocked link ${of(f, "URL")}.`,
    of: "106005",
    count: 3,
    same: "URL",
    different: "Recipient",
  },
  {
    id: "106007",
    level: 5,
    techniques: "T1036 T1586.002 T1566 T1114",
    name: (f) => `Internal user ${of(f, "Sender")} has been impersonated.`,
    fires: ({ fields }) => has(fields.Definition, "impersonation"),
  },
  {
    id: "106008",
    level: 5,
    techniques: "T1036 T1586.002 T1566 T1114",
    name: () => "Reply address mismatch: Reply address does not correspond to the senders address.",
    fires: ({ fields }) => has(fields.Definition, "impersonation") && is(fields.ReplyMismatch, "true"),
  },
  {
    id: "106009",
    level: 4,
    techniques: "T1566.002 T1114",
    name: (f) => `User ${of(f, "Recipient")} blocked from clicking a malicious link ${of(f, "URL")}.`,
    fires: ({ fields }) =>
      has(fields.reason, "malicious") && "URL" in fields && has(fields.UrlCategory, "blocked"),
  },
  {
    id: "106010",
    level: 10,
    techniques: "T1566.002 T1114",
    name: (f) => `Multiple users trying to access same malicious/blocked link ${of(f, "URL")}.`,
    of: "106009",
    count: 3,
    different: "Recipient",
  },
  {
    id: "106011",
    level: 10,
    techniques: "T1204.002 T1598.002 T1566.001 T1114",
    name: (f) =>
      `Mimecast sandbox has detected a potentially malicious file ${of(f, "fileName")}.${of(f, "fileExt")} on ${of(f, "Recipient")}.`,
    fires: ({ fields, isJson, isTold, logType }) =>
      "fileName" in fields &&
      "fileMime" in fields &&
      "sha256" in fields &&
      (isJson || isTold ? logType === "attachment protect" : !("Subject" in fields)),
  },
  {
    id: "106012",
    level: 10,
    techniques: "T1204.002 T1598.002 T1566.001 T1114",
    name: (f) => `Multiple potentially malicious files received from same sender ${of(f, "Sender")}.`,
    of: "106011",
    count: 3,
    same: "Sender",
  },
  {
    id: "106013",
    level: 10,
    techniques: "T1204.002 T1598.002 T1566.001 T1114",
    name: (f) => `Multiple potentially malicious files received from same source ${of(f, "IP")}.`,
    of: "106011",
    count: 3,
    same: "IP",
  },
  {
    id: "106014",
    level: 10,
    techniques: "T1204.002 T1598.002 T1566.001 T1114",
    name: (f) => `Same potentially malicious file ${of(f, "fileName")} detected on multiple recipients.`,
    of: "106011",
    count: 4,
    same: "sha256",
  },
  {
    id: "106015",
    level: 10,
    techniques: "T1204.002 T1598.002 T1566.001 T1114",
    name: () => "Multiple potentially malicious files received from same domain.",
    of: "106011",
    count: 3,
    same: "SenderDomain",
  },
];

const WINDOW = 300_000;

interface Counted {
  readonly time: number;
  readonly value: string;
}

export class RulesOracle {
  readonly #counted = new Map<string, Counted[]>();

  evaluate(line: Line): Fired[] {
    const fired: Fired[] = [];
    for (const rule of RULES) {
      const fires =
        "fires" in rule
          ? rule.fires(line)
          : fired.some(({ id }) => id === rule.of) && this.#completes(rule, line);
      if (fires) fired.push({ ...rule, name: rule.name(line.fields) });
    }
    return fired;
  }

  /** The entries of `security_result` of those that fire on a line whose event has this time. */
  entries(line: Settled, timestamp: string): Members[] {
    const values = DICTIONARY.flatMap(({ name }) => {
      const value = line.value(name);
      return value === undefined ? [] : [[name, value] as const];
    });
    const told = toldLogType(line);
    const fired = this.evaluate({
      fields: Object.fromEntries(values),
      time: Date.parse(timestamp),
      isJson: line.json,
      logType: line.type,
      isTold: told !== undefined,
    });
    return fired.map(entry);
  }

  #completes({ id, count, same, different }: Counting, { fields, time }: Line): boolean {
    if ((same !== undefined && !(same in fields)) || (different !== undefined && !(different in fields)))
      return false;
    const key = `${id} ${same === undefined ? "" : fields[same]}`;
    const all = [
      ...(this.#counted.get(key) ?? []),
      { time, value: different === undefined ? "" : of(fields, different) },
    ];
    this.#counted.set(key, all);
    const starts = [...new Set(all.map((event) => event.time))].filter(
      (from) => from <= time && time - from <= WINDOW,
    );
    for (const from of starts.sort((a, b) => a - b)) {
      const isIn = (event: Counted): boolean => event.time >= from && event.time - from <= WINDOW;
      const held = all.filter(isIn);
      const size = different === undefined ? held.length : new Set(held.map(({ value }) => value)).size;
      if (size < count) continue;
      this.#counted.set(
        key,
        all.filter((event) => !isIn(event)),
      );
      return true;
    }
    return false;
  }
}

function entry({ id, level, name, techniques }: Fired): Members {
  return members(
    ["rule_id", id],
    ["rule_name", name],
    ["severity", SEVERITIES.find(([from]) => level >= from)?.[1]],
    ["alert_state", "ALERTING"],
    [
      "rule_labels",
      [
        members(["key", "wazuh_level"], ["value", String(level)]),
        members(["key", "group"], ["value", "mimecast"]),
      ],
    ],
    ["attack_details", members(["version", "17.1"], ["techniques", techniques.split(" ").map(technique)])],
  );
}

const SEVERITIES = [
  [13, "CRITICAL"],
  [10, "HIGH"],
  [7, "MEDIUM"],
  [4, "LOW"],
  [0, "INFORMATIONAL"],
] as const;

const NAMES: Readonly<Record<string, string>> = {
  T1036: "Masquerading",
  T1114: "Email Collection",
  T1204: "User Execution",
  "T1204.002": "Malicious File",
  T1566: "Phishing",
  "T1566.001": "Spearphishing Attachment",
  "T1566.002": "Spearphishing Link",
  T1586: "Compromise Accounts",
  "T1586.002": "Email Accounts",
  T1598: "Phishing for Information",
  "T1598.002": "Spearphishing Attachment",
  "T1598.003": "Spearphishing Link",
};

function technique(id: string): Members {
  const [parent = ""] = id.split(".");
  return members(
    ["id", parent],
    ["name", NAMES[parent]],
    ["subtechnique_id", id === parent ? undefined : id],
    ["subtechnique_name", id === parent ? undefined : NAMES[id]],
  );
}

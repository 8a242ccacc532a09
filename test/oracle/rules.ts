// The detection rules a second time, written plainly: a list of predicates, and all that was ever counted kept for ever.

type Fields = Readonly<Record<string, string>>;

export interface Line {
  readonly fields: Fields;
  /** Milliseconds. */
  readonly time: number;
  readonly isJson: boolean;
  readonly logType: string;
}

interface Base {
  readonly id: string;
  readonly level: number;
  readonly name: (fields: Fields) => string;
  readonly fires: (line: Line) => boolean;
}

interface Counting {
  readonly id: string;
  readonly level: number;
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
}

const has = (value: string | undefined, word: string): boolean => (value ?? "").toLowerCase().includes(word);
const is = (value: string | undefined, word: string): boolean => (value ?? "").toLowerCase() === word;
const of = (fields: Fields, name: string): string => fields[name] ?? "";

const RULES: readonly (Base | Counting)[] = [
  {
    id: "106001",
    level: 5,
    name: (f) => `Message ${of(f, "MsgId")} held for review.`,
    fires: ({ fields }) => is(fields.Act, "hld"),
  },
  {
    id: "106002",
    level: 5,
    name: (f) => `Malicious email with category "${of(f, "Virus")}" sent to ${of(f, "Recipient")}.`,
    fires: ({ fields }) => "Virus" in fields && "Subject" in fields,
  },
  {
    id: "106003",
    level: 10,
    name: (f) => `Multiple malicious emails received from same sender ${of(f, "Sender")}.`,
    of: "106002",
    count: 3,
    same: "Sender",
  },
  {
    id: "106004",
    level: 10,
    name: (f) => `Malicious emails received by multiple users from same sender ${of(f, "Sender")}.`,
    of: "106002",
    count: 5,
    same: "Sender",
    different: "Recipient",
  },
  {
    id: "106005",
    level: 3,
    name: (f) => `User ${of(f, "Recipient")} blocked from clicking a malicious/blocked link ${of(f, "URL")}.`,
    fires: ({ fields }) => has(fields.ScanResultInfo, "blocked"),
  },
  {
    id: "106006",
    level: 10,
    name: (f) => `Multiple users trying to access same malicious/blocked link ${of(f, "URL")}.`,
    of: "106005",
    count: 3,
    same: "URL",
    different: "Recipient",
  },
  {
    id: "106007",
    level: 5,
    name: (f) => `Internal user ${of(f, "Sender")} has been impersonated.`,
    fires: ({ fields }) => has(fields.Definition, "impersonation"),
  },
  {
    id: "106008",
    level: 5,
    name: () => "Reply address mismatch: Reply address does not correspond to the senders address.",
    fires: ({ fields }) => has(fields.Definition, "impersonation") && is(fields.ReplyMismatch, "true"),
  },
  {
    id: "106009",
    level: 4,
    name: (f) => `User ${of(f, "Recipient")} blocked from clicking a malicious link ${of(f, "URL")}.`,
    fires: ({ fields }) =>
      has(fields.reason, "malicious") && "URL" in fields && has(fields.UrlCategory, "blocked"),
  },
  {
    id: "106010",
    level: 10,
    name: (f) => `Multiple users trying to access same malicious/blocked link ${of(f, "URL")}.`,
    of: "106009",
    count: 3,
    different: "Recipient",
  },
  {
    id: "106011",
    level: 10,
    name: (f) =>
      `Mimecast sandbox has detected a potentially malicious file ${of(f, "fileName")}.${of(f, "fileExt")} on ${of(f, "Recipient")}.`,
    fires: ({ fields, isJson, logType }) =>
      "fileName" in fields &&
      "fileMime" in fields &&
      "sha256" in fields &&
      (isJson ? logType === "attachment protect" : !("Subject" in fields)),
  },
  {
    id: "106012",
    level: 10,
    name: (f) => `Multiple potentially malicious files received from same sender ${of(f, "Sender")}.`,
    of: "106011",
    count: 3,
    same: "Sender",
  },
  {
    id: "106013",
    level: 10,
    name: (f) => `Multiple potentially malicious files received from same source ${of(f, "IP")}.`,
    of: "106011",
    count: 3,
    same: "IP",
  },
  {
    id: "106014",
    level: 10,
    name: (f) => `Same potentially malicious file ${of(f, "fileName")} detected on multiple recipients.`,
    of: "106011",
    count: 4,
    same: "sha256",
  },
  {
    id: "106015",
    level: 10,
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
      if (fires) fired.push({ id: rule.id, level: rule.level, name: rule.name(line.fields) });
    }
    return fired;
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

/**
 * docs/mapping.md as text, made from what the module says of itself (`mimecast_describe`). Only what is logic in the module,
 * and no table, is written here: the order of the categories, and who says so of an action. test/docs.test.ts holds both
 * against the module.
 */
import type { ActionWord, Description, DictionaryField, MappingRow, VerdictWord } from "../host/explain.ts";
import { code, table } from "./markdown.ts";

/** A row of the categories that is logic in the module (assembly/udm/verdict.ts). */
export interface Category {
  readonly condition: string;
  readonly category: string;
  readonly severity: string;
  /** A line for which the row decides, its first category and its severity: what the test tries. */
  readonly examples: readonly (readonly [line: string, category: string | undefined, severity: string])[];
}

/** After the words of RejType, in this order. */
const AFTER_REJECTIONS: readonly Category[] = [
  {
    condition: "any other RejType",
    category: "UNKNOWN_CATEGORY",
    severity: "LOW",
    examples: [["RejType=Connection Attempt|Virus=x", "UNKNOWN_CATEGORY", "LOW"]],
  },
  {
    condition: "Virus",
    category: "SOFTWARE_MALICIOUS",
    severity: "HIGH",
    examples: [["Virus=x|ScanResultInfo=y", "SOFTWARE_MALICIOUS", "HIGH"]],
  },
  {
    condition: "reason is `malicious`",
    category: "NETWORK_MALICIOUS",
    severity: "HIGH",
    examples: [["reason=Malicious|ScanResultInfo=y", "NETWORK_MALICIOUS", "HIGH"]],
  },
  {
    condition: "ScanResultInfo",
    category: "NETWORK_MALICIOUS",
    severity: "MEDIUM",
    examples: [
      ["ScanResultInfo=y|reason=z|Definition=d|TaggedMalicious=true", "NETWORK_MALICIOUS", "MEDIUM"],
    ],
  },
  {
    condition: "Definition, and TaggedMalicious is `true`",
    category: "MAIL_SPOOFING",
    severity: "MEDIUM",
    examples: [["Definition=d|TaggedMalicious=True|Hld=Att", "MAIL_SPOOFING", "MEDIUM"]],
  },
  {
    condition: "Hld is a word of the [table of hold reasons](#hold-reasons) that has a category",
    category: "as that table says",
    severity: "MEDIUM",
    examples: [["Definition=d|Hld=Att|SpamScore=99", "SOFTWARE_SUSPICIOUS", "MEDIUM"]],
  },
  {
    condition: "SpamScore is at least twice SpamLimit, or 20 where SpamLimit is no number above 0",
    category: "MAIL_SPAM",
    severity: "HIGH",
    examples: [
      ["Hld=Oth|SpamScore=10|SpamLimit=5", "MAIL_SPAM", "HIGH"],
      ["SpamScore=20|SpamLimit=0", "MAIL_SPAM", "HIGH"],
    ],
  },
  {
    condition: "SpamScore is at least SpamLimit, or 7 where SpamLimit is no number above 0",
    category: "MAIL_SPAM",
    severity: "MEDIUM",
    examples: [
      ["SpamScore=9.999|SpamLimit=5", "MAIL_SPAM", "MEDIUM"],
      ["SpamScore=7", "MAIL_SPAM", "MEDIUM"],
    ],
  },
  {
    condition: "anything else",
    category: "none",
    severity: "LOW",
    examples: [
      ["SpamScore=4.999|SpamLimit=5", undefined, "LOW"],
      ["SpamScore=6.999", undefined, "LOW"],
      ["acc=1", undefined, "LOW"],
    ],
  },
];

/** Who says so of an action: the module has one row for all of them. */
const ACTION_ORIGINS = new Map([
  ["acc", "G"],
  ["rej", "G"],
  ["hld", "G"],
  ["sdbx", "G"],
  ["bnc", "own"],
  ["hold", "G+"],
  ["warn", "G+"],
  ["block", "own"],
  ["allow", "own"],
  ["none", "own"],
]);

const SEVERITIES = ["LOW", "MEDIUM", "HIGH"] as const;

/** UDM messages in the order of an event; rows of any other come behind them. */
const MESSAGES = [
  "metadata",
  "principal",
  "target",
  "about",
  "observer",
  "network",
  "security_result",
  "additional",
];

/** Names whose field depends on the log type. */
const BY_LOG_TYPE = new Set(["action", "recipients", "emailSize", "senderIp", "destinationIp"]);

const INTRODUCTION = `# Which field goes where

<!-- Generated from the module itself by \`npm run docs\`. Change the rows beside the code that writes them, in assembly/udm/. -->

How a line becomes fields is said in [grammar.md](grammar.md), how values are written in [event.md](event.md). For one
line of your own, \`mimecast-udm explain\` tells which of these rows it met.

Each row has an origin:

- **G**: Google's published field mapping for MIMECAST_MAIL, of 2023-03-31.
- **G+**: Google's later change log, of 2025-04-23 and 2025-07-01.
- **own**: decided by this project, because Google's parser is not public. Where an own decision stands beside another
  origin, Google names the fields and the target, and this project decided the rest.

Paths are UDM's; \`[]\` stands behind repeated fields.`;

/** docs/mapping.md. */
export function mappingDocs(description: Description): string {
  const parts = [
    INTRODUCTION,
    "## Mapping",
    ...messagesOf(description.rows).map((message) => messageRows(message, description)),
    actions(description),
    categories(description.rejections),
    holds(description.holds),
    dictionary(description),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** The rows of the categories, in the order in which they are tried. */
export function categoryRows(rejections: readonly VerdictWord[]): Category[] {
  return [...rejectionRows(rejections), ...AFTER_REJECTIONS];
}

/** The origin of an action's word. */
export function actionOrigin(word: string): string {
  const origin = ACTION_ORIGINS.get(word);
  if (origin === undefined) throw new Error(`say in scripts/mapping-docs.ts who maps the action ${word}`);
  return origin;
}

const messageOf = (row: MappingRow): string => row.udm.split(/[.[]/, 1)[0] ?? row.udm;

function messagesOf(rows: readonly MappingRow[]): string[] {
  const found = new Set(rows.map(messageOf));
  return [...MESSAGES.filter((message) => found.delete(message)), ...found];
}

function messageRows(message: string, { rows, fields }: Description): string {
  const names = new Set(fields.map((field) => field.names[0]));
  const cells = rows
    .filter((row) => messageOf(row) === message)
    .map((row) => [code(row.udm), from(row, names), row.origin, row.remark]);
  return `### ${message}\n\n${table(["UDM", "from", "origin", "remark"], cells)}`;
}

/** Names of fields as code; what is none goes through as it is. */
function from(row: MappingRow, names: ReadonlySet<string>): string {
  if (row.from === "") return "a constant";
  return row.from
    .split(", ")
    .map((name) => (names.has(name) ? code(name) : name))
    .join(", ");
}

function actions({ acts, actions: words }: Description): string {
  const rows = (field: string, list: readonly ActionWord[]): string[][] => [
    ...list.map(({ word, udm }) => [`${code(field)} is ${code(word)}`, udm, actionOrigin(word)]),
    [`any other ${code(field)}`, "UNKNOWN_ACTION", "own"],
  ];
  return [
    "## Actions",
    `${code("security_result[].action[]")}. \`Act\` is asked first, then \`Action\`, then \`Delivered\`; words are compared without case.`,
    table(
      ["condition", "action", "origin"],
      [
        ...rows("Act", acts),
        ...rows("Action", words),
        [`${code("Delivered")} is ${code("true")}`, "ALLOW", "G+"],
        [`${code("Delivered")} is ${code("false")}`, "FAIL", "G+"],
        ["anything else", "none", ""],
      ],
    ),
  ].join("\n\n");
}

function categories(rejections: readonly VerdictWord[]): string {
  return [
    "## Categories",
    `${code("security_result[].category[]")} and ${code("security_result[].severity")}. The first row that fits decides. Words are compared
without case; in RejType they may stand anywhere, in other fields nothing may stand beside them. A field alone means that
it has a value. The whole table is this project's own.`,
    table(
      ["condition", "category", "severity", "origin"],
      categoryRows(rejections).map((row) => [row.condition, row.category, row.severity, "own"]),
    ),
  ].join("\n\n");
}

/** Neighbours that mean the same share a row. */
function rejectionRows(rejections: readonly VerdictWord[]): Category[] {
  const groups: VerdictWord[][] = [];
  for (const word of rejections) {
    const group = groups.at(-1);
    if (group?.[0]?.udm === word.udm && group?.[0]?.severity === word.severity) group.push(word);
    else groups.push([word]);
  }
  return groups.map((group) => {
    const category = group[0]?.udm;
    const severity = SEVERITIES[group[0]?.severity ?? 0];
    return {
      condition: `RejType has any of ${group.map(({ word }) => code(word)).join(", ")}`,
      category: category ?? "none",
      severity,
      examples: group.map(({ word }) => [`RejType=an ${word.toUpperCase()} here`, category, severity]),
    };
  });
}

function holds(words: readonly VerdictWord[]): string {
  return [
    "## Hold reasons",
    `Words of Hld, compared without case, as a whole. What is spelled out goes to
${code("security_result[].category_details[]")}. The whole table is this project's own.`,
    table(
      ["Hld", "category", "severity", "spelled out", "origin"],
      [
        ...words.map((word) => [
          code(word.word),
          word.udm ?? "none",
          word.udm === undefined ? "as if there were no Hld" : SEVERITIES[word.severity],
          word.name || "as it came",
          "own",
        ]),
        ["anything else", "none", "as if there were no Hld", "as it came", "own"],
      ],
    ),
  ].join("\n\n");
}

function dictionary({ fields, rows }: Description): string {
  return [
    "## Dictionary",
    `Every field, the other names under which it comes, its mark ([grammar.md](grammar.md#two-marks-in-the-dictionary)), and the
rows that read it. A value that no row could use whole is in \`additional\` too ([event.md](event.md#what-goes-to-additional)),
and so is every key that is not here.`,
    table(
      ["field", "also", "mark", "goes to"],
      fields.map((field) => [
        code(field.names[0]),
        field.names.slice(1).map(code).join(", "),
        field.mark ?? "",
        goesTo(field, rows),
      ]),
    ),
  ].join("\n\n");
}

function goesTo({ names: [name] }: DictionaryField, rows: readonly MappingRow[]): string {
  if (BY_LOG_TYPE.has(name)) {
    return "[a field that the log type decides](grammar.md#names-whose-field-depends-on-the-log-type)";
  }
  const paths = rows.filter((row) => row.from.split(", ").includes(name)).map((row) => code(row.udm));
  return paths.length === 0 ? code("additional") : [...new Set(paths)].join(", ");
}

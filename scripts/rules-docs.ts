/**
 * docs/rules.md as text, made from what the module says of itself (`mimecast_describe`): the rules, and the bounds within which they
 * count. What a rule adds to an event, and how it counts, is logic in the module and is said here; test/docs.test.ts and
 * test/rules/ hold it against the module.
 */
import type { Counting, Description, DetectionRule, RuleCondition, Technique } from "../host/explain.ts";
import { code, table } from "./markdown.ts";

const INTRODUCTION = `# Detection rules

<!-- Generated from the module itself by \`npm run docs\`. Change the rules in assembly/rules/, and this text in scripts/rules-docs.ts. -->

The module evaluates the rules of the Wazuh integration for Mimecast while it maps. They ask for fields of the
[dictionary](mapping.md#dictionary), so lines of every dialect fire them, whatever the dialect calls a field. For one line of your
own, \`mimecast-udm explain\` tells which rules fire, and what the others lack.`;

const DOORS = `## Which function evaluates them

| function | in \`convert\`, \`run\`, \`push\`, WASI | gives |
| --- | --- | --- |
| \`mimecast_udm\` | \`--function udm\`, the default | every event, with the rules that fired |
| \`mimecast_udm_plain\` | \`--function plain\` | every event, without rules |
| \`mimecast_alerts\` | \`--function alerts\` | the events on which a rule fired, and nothing for any other line, one that cannot be mapped included |
| \`mimecast_fields\` | \`--function fields\` | decoded lines, without rules |

In Fluent Bit a filter changes the records of its tag for every output. A route for alerts alone, beside one for all events, needs the
lines twice: two \`tail\` inputs, each with a \`tag\` and a \`db\` of its own, and for each tag a \`wasm\` filter with its own
\`function_name\`.`;

const ORIGINALS = `## Where this differs from the originals

- **Decoding.** The originals' decoders are unanchored: \`IP=\` finds \`MimecastIP=\` as well, and \`Size=\` finds \`AttSize=\`. Here
  a field is a key of the line, by [grammar.md](grammar.md).
- **106009 and 106010** ask for \`urlCategory\` there, which the decoder writes as \`UrlCategory\`, so neither ever fires. Here both do.
- **\`$(URL)\`**, which the names of four rules have, is not a field that is defined there. Here it is the line's URL.
- **106011** tells lines of attachment protect by what they lack, a subject. Here a line is asked for that only where neither it (in
  JSON) nor the name of its file says which log it is of: a stranger who calls a file \`a|Subject=b.doc\` gives a line of key=value
  one. So let the shipper hand over the file's name, as the [configurations](fluent-bit.md) here do.
- **Words** are compared without case.
- **Time** is the event's own, not that of its arrival: Mimecast's lines come in batches.
- **106000**, which any line of Mimecast's fires there, adds nothing and is left out.

The same rules for Wazuh itself, over the decoded lines: [wazuh.md](wazuh.md).`;

/** docs/rules.md. */
export function rulesDocs({ rules, counting }: Description): string {
  const parts = [
    INTRODUCTION,
    added(rules),
    DOORS,
    ruleTable(rules),
    counts(counting),
    attack(rules),
    ORIGINALS,
  ];
  return `${parts.join("\n\n")}\n`;
}

function added(rules: readonly DetectionRule[]): string {
  return `## What a rule adds

Each rule that fires adds one entry to \`security_result\`, behind the one that every event has, in the order of their ids:

| member | value |
| --- | --- |
| \`rule_id\` | the id |
| \`rule_name\` | the name, the line's values in the place of \`$(field)\`; nothing in the place of a field that is absent |
| \`severity\` | by Wazuh's level: 0 to 3 INFORMATIONAL, 4 to 6 LOW, 7 to 9 MEDIUM, 10 to 12 HIGH, from 13 on CRITICAL |
| \`alert_state\` | \`ALERTING\` |
| \`rule_labels\` | \`wazuh_level\`, the level; \`group\`, which is \`mimecast\`; and see [\`correlation_evictions\`](#memory) |
| \`attack_details\` | \`version\` ${versionOf(rules)}, and \`techniques\`: \`id\`, \`name\`, and of a sub-technique \`subtechnique_id\`, \`subtechnique_name\` |

What strangers wrote stands in \`rule_name\` as text, whatever it is.`;
}

function ruleTable(rules: readonly DetectionRule[]): string {
  const cells = rules.map((rule) => [
    String(rule.id),
    `${rule.level}, ${rule.severity}`,
    firesWhen(rule),
    code(rule.name),
    rule.attack_details.techniques.map(({ id, subtechnique_id: sub }) => sub ?? id).join(", "),
  ]);
  return `## The rules\n\n${table(["id", "level, severity", "fires when", "name", "techniques"], cells)}

Words are compared without case. A field "is there" if it has a value. "3 × 106002" is a [count](#counting). 106014 counts
lines, also to one recipient, whatever its name says.`;
}

function firesWhen({ id, conditions, counts }: DetectionRule): string {
  if (conditions !== undefined) return conditions.map(condition).join(", and ");
  if (counts === undefined) throw new Error(`rule ${id} has no conditions and counts nothing`);
  const same = counts.same === undefined ? "" : `, same ${code(counts.same)}`;
  const different = counts.different === undefined ? "" : `, different ${code(counts.different)}`;
  return `${counts.count} × ${counts.rule}${same}${different}`;
}

function condition({ asks, field = "", word = "" }: RuleCondition): string {
  if (asks === "present") return `${code(field)} is there`;
  if (asks === "is") return `${code(field)} is ${code(word)}`;
  if (asks === "has") return `${code(field)} contains ${code(word)}`;
  if (asks === "true") return `${code(field)} is ${code("true")}`;
  return "the line is one of attachment protect: by its [log type](grammar.md#log-type), but where nothing says that of a line of key=value, by having no `Subject`";
}

function counts({ window, keys, ways, events, bytes }: Counting): string {
  const seconds = window / 1000;
  return `## Counting

"3 × 106002, same \`Sender\`" fires on the line that completes three lines on which 106002 fired, within ${seconds} seconds, whose
\`Sender\` is the same.

- **Time** is \`metadata.event_timestamp\`: the line's own, or the host's where the line has none that can be read.
- **A window** is ${seconds} seconds long, both ends included: lines of 10:00:00 and 10:05:00 are in one, lines of 10:00:00 and
  10:05:01 are not.
- **Order of arrival** does not matter, but for which line completes the count, and so carries the alert.
- **Spent.** Of the windows that hold the line and enough others, the earliest is taken, and all events in it are spent for that rule:
  its next alert needs a full count again. Each rule has its own count of the same lines.
- **Same** values are compared byte for byte: \`A@example.com\` is another sender than \`a@example.com\`. A rule without "same" counts all
  lines together.
- **Different** counts distinct values: five lines to one recipient count once.
- **A line that lacks** a field that the rule compares does not count.
- **Late events** have a window of their own, however late they come, as long as [memory](#memory) holds the others of it.
- **A line that comes twice** counts twice: a file that stands in the spool under two names, say, or that a copy of itself replaces.
  \`push\` and \`run\` map each line of a file once in the life of a process: what a receiver did not take is posted again as it is,
  and a file that could not be read to its end is read on behind what was mapped.

### Memory

Counts take ${grouped(bytes)} bytes, all of them from the start: nothing that is sent makes them grow, and no line takes more than a
bounded time. A rule holds up to
${grouped(keys)} keys (values of the field that must be the same), as 64-bit hashes; ${ways} share a place, and where one
more comes to it, the one gives way that was not seen for longest. A key holds up to ${events} events;
then the oldest gives way. If that is less than ${seconds} seconds behind the new one, and values have to be different, the oldest one whose
value a later one has goes first: so repeating one value does not hide others.

What was forgotten although it lay within ${seconds} seconds of the line that took its place is counted. \`mimecast_rule_evictions\` returns
the count since the module's start; and where a line made it rise, the entry of the rule that is counted has the label
\`correlation_evictions\` with it. \`push\` and \`run\` have it as a metric, \`mimecast_udm_push_rule_evictions_total\`. A flood of
invented senders does that: an alert may then be missing.

### State

Counts live in the memory of one instance of the module, and nowhere else.

- **Fluent Bit**: each filter has its own.
- **\`push\` and \`run\`**: one for all lanes of a process. Lines that belong together count together, whatever files of the spool
  they are in. Lanes read side by side, so which of these lines completes the count differs from run to run; and where the times of
  one file lie far behind those of another, later events of a key may fill its ${events} places, so that earlier ones find none: they
  are among the evictions. \`--lanes 1\` reads one file after the other, in the order of their names.
- **\`convert\`, WASI**: one for all files of a call.
- **A restart** forgets what was counted so far.`;
}

function attack(rules: readonly DetectionRule[]): string {
  const techniques = new Map<string, string>();
  for (const technique of rules.flatMap((rule) => rule.attack_details.techniques)) {
    techniques.set(technique.subtechnique_id ?? technique.id, nameOf(technique));
  }
  const cells = [...techniques].sort(([a], [b]) => (a < b ? -1 : 1));
  return `## ATT&CK

Ids and names are those of MITRE ATT&CK for enterprise, version ${versionOf(rules)}, as the tag \`ATT&CK-v${versionOf(rules)}\` of
[mitre/cti](https://github.com/mitre/cti/tree/ATT%26CK-v${versionOf(rules)}/enterprise-attack/attack-pattern) has
them. Tactics are left out: a technique can serve several, and a line does not say which.

${table(["technique", "name"], cells)}`;
}

const nameOf = ({ name, subtechnique_name: sub }: Technique): string =>
  sub === undefined ? name : `${name}: ${sub}`;

function versionOf(rules: readonly DetectionRule[]): string {
  const versions = new Set(rules.map((rule) => rule.attack_details.version));
  return [...versions].join(", ");
}

const grouped = (value: number): string => value.toLocaleString("en-US");

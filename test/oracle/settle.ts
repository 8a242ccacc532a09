// Of several values of one key, which one counts and what the others are called (docs/grammar.md, Duplicate
// keys, Names in the event for what is not in the dictionary); then the names that depend on the log type
// find their field.

import { DICTIONARY } from "./dictionary.ts";
import { type Fields, fieldMeant, type LogType, logTypeOf } from "./logtype.ts";
import type { Entry, Line } from "./read.ts";

export type Named = readonly [name: string, value: string];

export interface Settled extends Fields {
  type: LogType;
  unparsed: string;
  /** Unknown keys that are not absent, under their name in the event, in order of appearance. */
  unknown: Named[];
  /** Losing values that are not absent, under their name in the event. */
  losing: Named[];
  /** First names of the fields, then the unknown keys, that came more than once. */
  duplicateKeys: string[];
}

const DEPENDENT = ["action", "recipients", "emailSize", "senderIp", "destinationIp"];
const MOST_UNKNOWN_NAMES = 256;

/** All values of one field or unknown key. */
interface Group {
  /** First name of a field, name in the event of an unknown key. */
  name: string;
  winner: Entry;
  losers: Loser[];
}

interface Loser {
  entry: Entry;
  /** When it lost: how many entries had been read. */
  lostAt: number;
}

export function settle(line: Line): Settled {
  const { fields, unknown } = grouped(line);
  const reading: Fields = {
    json: line.json,
    value: (name) => fields.get(name)?.winner.value,
    nameOf: (name) => fields.get(name)?.winner.name,
    isBeside: (name) => fields.get(name)?.winner.beside === true,
  };
  const type = logTypeOf(reading);
  resolveDependent(fields, type, line.entries.length);

  const inOrder = DICTIONARY.map((field) => fields.get(field.name)).filter((group) => group !== undefined);
  const all = [...inOrder, ...unknown];
  return {
    ...reading,
    type,
    unparsed: line.unparsed,
    unknown: unknown.flatMap(({ name, winner }) =>
      winner.value === undefined ? [] : [[name, winner.value]],
    ),
    losing: namedLosers(all),
    duplicateKeys: all.filter((group) => group.losers.length > 0).map((group) => group.name),
  };
}

function grouped(line: Line): { fields: Map<string, Group>; unknown: Group[] } {
  const entriesByField = new Map<string, Entry[]>();
  const entriesByUnknown = new Map<string, Entry[]>();
  const keepsLast = new Set<Entry[]>();
  let kept = 0;
  let extra = 0;
  let strangerSeen = false;

  // docs/grammar.md, JSON: absent members do not count, and a field of nothing else was not seen.
  const counting = line.json ? line.entries.filter((entry) => entry.value !== undefined) : line.entries;
  for (const entry of counting) {
    const entriesByName = entry.field ? entriesByField : entriesByUnknown;
    let name = entry.field?.name ?? entry.name;
    if (!entry.field && mustBeRenamed(name, kept, entriesByUnknown)) name = `extra.${++extra}.${entry.name}`;
    const entries = entriesByName.get(name);
    if (entries) {
      entries.push(entry);
    } else {
      const first = [entry];
      entriesByName.set(name, first);
      if (strangerSeen) keepsLast.add(first);
      if (name === entry.name && !entry.field) kept++;
    }
    // What stands beside the line cannot have forged anything in it.
    if (entry.field?.stranger && !entry.beside) strangerSeen = true;
  }

  const readBy = new Map(line.entries.map((entry, index) => [entry, index]));
  const lostWhenRead = (entry: Entry, reader = entry): Loser => ({ entry, lostAt: readBy.get(reader) ?? 0 });
  const group = (name: string, entries: Entry[]): Group[] => {
    const [first, ...others] = entries;
    const last = entries.at(-1);
    if (!first || !last) return [];
    if (line.json || !keepsLast.has(entries)) {
      return [{ name, winner: first, losers: others.map((entry) => lostWhenRead(entry)) }];
    }
    // Each value but the last lost when the next one replaced it.
    return [
      { name, winner: last, losers: others.map((next, index) => lostWhenRead(entries[index] ?? next, next)) },
    ];
  };
  const groups = (byName: Map<string, Entry[]>): Group[] =>
    [...byName].flatMap(([name, entries]) => group(name, entries));
  return {
    fields: new Map(groups(entriesByField).map((found) => [found.name, found])),
    unknown: groups(entriesByUnknown),
  };
}

/**
 * Names that the event needs for itself, and names beyond the 256th, which must not cost memory without
 * bound.
 */
function mustBeRenamed(name: string, kept: number, known: ReadonlyMap<string, Entry[]>): boolean {
  if (/^(?:[0-9]|duplicate\.|extra\.)/.test(name)) return true;
  if (name === "" || name === "unparsed" || name === "mimecast_log_type") return true;
  return !known.has(name) && kept >= MOST_UNKNOWN_NAMES;
}

/** docs/grammar.md, Names whose field depends on the log type. Comes after the whole line was read. */
function resolveDependent(fields: Map<string, Group>, type: LogType, read: number): void {
  for (const [index, name] of DEPENDENT.entries()) {
    const group = fields.get(name);
    const meant = fieldMeant(name, type);
    if (!group || !meant) continue;
    fields.delete(name);
    const seen = fields.get(meant);
    if (seen) seen.losers.push(...group.losers, { entry: group.winner, lostAt: read + index });
    else fields.set(meant, { ...group, name: meant });
  }
}

/**
 * In the order in which they lost, so that those which lost only when the log type was known stand last;
 * numbered by field or unknown key (docs/event.md, What goes to `additional`).
 */
function namedLosers(groups: Group[]): Named[] {
  const lost = groups.flatMap((group) => group.losers.map((loser) => ({ ...loser, group })));
  lost.sort((a, b) => a.lostAt - b.lostAt);

  const counts = new Map<Group, number>();
  return lost.flatMap(({ entry: { name, value }, group }): Named[] => {
    if (value === undefined) return [];
    const count = (counts.get(group) ?? 0) + 1;
    counts.set(group, count);
    return [[count === 1 ? `duplicate.${name}` : `duplicate.${count}.${name}`, value]];
  });
}

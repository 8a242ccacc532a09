// Everything that no row took whole (docs/event.md, What goes to `additional`), and the fields for
// `mimecast_fields`.

import { DICTIONARY } from "./dictionary.ts";
import type { Mapping } from "./map.ts";
import type { Named, Settled } from "./settle.ts";
import { hasUnevenQuotes } from "./text.ts";
import { attachmentNames } from "./values.ts";
import { type Members, members } from "./write.ts";

export function additional(mapping: Mapping): Members {
  const { line } = mapping;
  const left = DICTIONARY.flatMap(({ name }): Named[] => {
    const value = line.value(name);
    return value === undefined || isInEvent(mapping, name, value) ? [] : [[line.nameOf(name) ?? name, value]];
  });
  return members(...left, ...besideFields(line), ["mimecast_log_type", line.type]);
}

/** docs/event.md, `mimecast_fields`. */
export function mimecastFields(line: Settled): Members {
  const fields = DICTIONARY.map(({ name }) => [name, line.value(name)] as const);
  return new Map([["mimecast", members(...fields, ...besideFields(line))]]);
}

function isInEvent(mapping: Mapping, field: string, value: string): boolean {
  if (field === "AttNames") return !hasUnevenQuotes(value) && attachmentNames(value).length > 0;
  if (field === "type") return mapping.line.json && value === mapping.line.type;
  return mapping.isTaken(field);
}

function besideFields(line: Settled): (readonly [string, string | undefined])[] {
  return [...line.unknown, ...line.losing, ["unparsed", line.unparsed]];
}

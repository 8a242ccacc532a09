// Is everything that stood in a line still in what was made of it? Knows no mapping: it looks for each value
// among all texts of the answer, wherever they are. Only the reformatting that docs/event.md announces is
// allowed for.

import { fieldNamed } from "./dictionary.ts";
import { type JsonNode, parseJson } from "./json.ts";
import { lower, trim, trimEnd, trimStart } from "./text.ts";

/**
 * Values of the line that are nowhere in the answer. `reformatted`: whether the answer may hold them in UDM's
 * form.
 */
export function lost(line: string, answer: unknown, reformatted: boolean): string[] {
  const leaves = textsIn(answer);
  const text = trimEnd(trimStart(line.startsWith("\ufeff") ? line.slice(1) : line, " \t\r\n"), "\r\n");
  const isError = typeof answer === "object" && answer !== null && "mimecast_error" in answer;
  if (isError) return leaves.includes(line) ? [] : [line];
  const pairs = text.startsWith("{") ? membersOf(parseJson(text)) : segmentsOf(text);
  return pairs
    .filter(([name, value]) => !isFound(leaves, name, value, reformatted))
    .map((pair) => pair.join("="));
}

/** The same for what stands beside the line in a shipper's record. */
export function lostSiblings(record: string, answer: unknown): string[] {
  const leaves = textsIn(answer);
  const siblings = membersOf(parseJson(record)).filter(([name]) => name !== "log" && name !== "message");
  return siblings
    .filter(([name, value]) => !isFound(leaves, name, value, true))
    .map((pair) => pair.join("="));
}

type Pair = [name: string, value: string];

function membersOf(node: JsonNode): Pair[] {
  if (node.kind !== "object") throw new Error("no object");
  return node.members.map(({ name, value }) => [name, value.kind === "string" ? value.value : value.text]);
}

/** Every part between two `|`, whether it is a field or only part of a value. */
function segmentsOf(line: string): Pair[] {
  return line.split("|").map((segment) => {
    const [, name = "", value = segment] = /^([A-Za-z0-9_.-]+)=(.*)$/s.exec(segment) ?? [];
    return [name, value];
  });
}

function isFound(leaves: string[], name: string, value: string, reformatted: boolean): boolean {
  const forms = [value, trimOnce(value)];
  if (forms.some((form) => form === "" || form === "null" || form === "<>")) return true;
  if (leaves.some((leaf) => forms.some((form) => leaf.includes(form)))) return true;
  return reformatted && isReformatted(leaves, fieldNamed(name)?.name, value);
}

/** Text that no known key claims may be part of any value: for it every form is allowed. */
function isReformatted(leaves: string[], field: string | undefined, value: string): boolean {
  const may = (...fields: string[]): boolean => field === undefined || fields.includes(field);
  if (may("datetime") && leaves.some((leaf) => isSameTime(leaf, value))) return true;
  if (may("sha1", "sha256", "md5") && leaves.some((leaf) => leaf.includes(lower(value)))) return true;
  if (may("UseTls") && leaves.some((leaf) => leaf === BOOLEANS.get(lower(value)))) return true;
  return (
    may("AttNames", "Rcpt", "Recipient", "recipients") && partsOf(value).every((part) => isIn(leaves, part))
  );
}

const BOOLEANS = new Map([
  ["yes", "true"],
  ["true", "true"],
  ["no", "false"],
  ["false", "false"],
]);

function isSameTime(leaf: string, value: string): boolean {
  if (/^[0-9]{1,15}$/.test(value)) return leaf === new Date(Number(value)).toJSON();
  const digits = leaf.replace(/[ :]/g, "");
  return digits === value.replace(/[ :]/g, "") || digits === `${value.replace(/[ :]/g, "")}Z`;
}

/** Parts of a list, without quotes; those within quotes may have held the comma themselves. */
function partsOf(value: string): string[] {
  return trimOnce(value)
    .replaceAll('"', "")
    .split(",")
    .map((part) => trim(part, " \t"));
}

function isIn(leaves: string[], part: string): boolean {
  return leaves.some((leaf) => leaf.includes(part) || leaf.replaceAll('"', "").includes(part));
}

function trimOnce(value: string): string {
  const open = value.startsWith("\\") ? value.slice(1) : value;
  return open.endsWith("\\") ? open.slice(0, -1) : open;
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value === "boolean") return [String(value)];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

// The oracle: a second implementation of docs/grammar.md and docs/event.md, slow and plain, written without a
// look at the module. test/properties.test.ts holds the two against each other.

import { mimecastFields } from "./additional.ts";
import { JsonError, type JsonMember, type JsonNode, parseJson } from "./json.ts";
import { event } from "./map.ts";
import { type Entry, type ErrorCode, entryOf, readLine, Unmapped } from "./read.ts";
import type { RulesOracle } from "./rules.ts";
import { settle } from "./settle.ts";
import { decode } from "./text.ts";
import type { HostTime } from "./values.ts";
import { quote, write } from "./write.ts";

export { oracleSplit } from "./split.ts";
export type { HostTime };

export type Output = "udm" | "fields";

/**
 * What the module answers to one raw record (one of oracleSplit's), as JSON text. `time` is the host's, for
 * lines without a readable one. `rules` have counted what came before; without them none fires. The message
 * of an error, which no rule specifies, is empty: see withoutMessage.
 */
export function oracleLine(line: Uint8Array, fn: Output, time: HostTime, rules?: RulesOracle): string {
  const text = decode(line);
  return answer([], text, fn, time, (error) => `{"log":${quote(text)},${error}}`, rules);
}

/** What the module answers to a shipper's JSON record. */
export function oracleRecord(record: Uint8Array, fn: Output, time: HostTime, rules?: RulesOracle): string {
  const recordText = decode(record);
  const read = readRecord(recordText);
  if (typeof read === "string") return `{"record":${quote(recordText)},${errorMember(read)}}`;
  const asItCame = (error: string): string => {
    const kept = read.filter((member) => member.name !== "mimecast_error").map(memberText);
    return `{${[...kept, error].join(",")}}`;
  };
  const log = lineOf(read, "log") ?? lineOf(read, "message");
  if (log === undefined) return asItCame(errorMember("no_line"));
  // An absent member beside the line is as if it were not there, as in JSON: it must not blank a field of the
  // line.
  const siblings = read
    .filter((member) => member !== log)
    .map((member): Entry => ({ ...entryOf(member.name, member.value), beside: true }))
    .filter((entry) => entry.value !== undefined);
  const text = log.value.kind === "string" ? log.value.value : log.value.text;
  return answer(siblings, text, fn, time, asItCame, rules);
}

/** The JSON text of an answer with the message of its error, if it is one, made empty. */
export function withoutMessage(json: string): string {
  const message = /("mimecast_error":\{"code":"[a-z_]+","message":)"(?:[^"\\]|\\.)*"\}\}$/;
  return json.replace(message, '$1""}}');
}

function answer(
  siblings: Entry[],
  text: string,
  fn: Output,
  time: HostTime,
  asItCame: (error: string) => string,
  rules: RulesOracle | undefined,
): string {
  try {
    const line = readLine(text);
    const settled = settle({ ...line, entries: [...siblings, ...line.entries] });
    return write(fn === "udm" ? event(settled, time, rules) : mimecastFields(settled));
  } catch (error) {
    if (error instanceof Unmapped) return asItCame(errorMember(error.code));
    throw error;
  }
}

/** The first member of that name that can be a line: a `log` that is null is no `log`. */
function lineOf(members: JsonMember[], name: string): JsonMember | undefined {
  return members.find(
    (member) => member.name === name && (member.value.kind === "string" || member.value.kind === "object"),
  );
}

/** The same member; its strings written anew, so that no lone surrogate escape is handed on. */
function memberText({ name, value }: JsonMember): string {
  return `${quote(name)}:${valueText(value)}`;
}

function valueText(node: JsonNode): string {
  if (node.kind === "string") return quote(node.value);
  if (node.kind === "array") return `[${node.items.map(valueText).join(",")}]`;
  return node.kind === "object" ? `{${node.members.map(memberText).join(",")}}` : node.text;
}

/** The members of a record that is a JSON object, or why it is none. */
function readRecord(text: string): JsonMember[] | ErrorCode {
  try {
    const node = parseJson(text);
    return node.kind === "object" ? node.members : "bad_record";
  } catch (error) {
    if (error instanceof JsonError) return error.code === "deep_json" ? "deep_json" : "bad_record";
    throw error;
  }
}

function errorMember(code: ErrorCode): string {
  return `"mimecast_error":{"code":${quote(code)},"message":""}`;
}

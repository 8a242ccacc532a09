/** The decoded line → one UDM event, or the fields by themselves. The order of members is that of docs/event.md. */
import { fieldAt, fieldCount, firstName } from "../fields/field";
import { BRACE_CLOSE } from "../input/bytes";
import { literal } from "../output/literal";
import {
  beginOutput,
  close,
  closeString,
  dropComma,
  failOutput,
  lit,
  open,
  outputFailed,
} from "../output/writer";
import { evaluateRules } from "../rules/engine";
import { writeAdditional, writeEntries } from "./additional";
import { findAddresses } from "./addresses";
import { findLogType } from "./log-type";
import { writeMetadata } from "./metadata";
import { writeNetwork } from "./network";
import { writeNouns } from "./nouns";
import { value } from "./row";
import { writeSecurityResult } from "./security-result";
import { readSpamDetail } from "./spam-detail";

const OBJECT = literal("{");
const FIELDS_OBJECT = literal('{"mimecast":{');
const QUOTE = literal('"');
const COLON_QUOTE = literal('":"');
const END = literal("}}");

/** Writes the event of the decoded line, with the rules that fire on it or without. The time is used where the line has none. */
export function writeEvent(seconds: u32, nanoseconds: u32, withRules: bool): void {
  const logType = findLogType();
  const hasRoom = readSpamDetail();
  findAddresses();
  beginOutput();
  if (!hasRoom) failOutput();
  const event = open(OBJECT);
  writeMetadata(logType, seconds, nanoseconds);
  if (withRules && !outputFailed()) evaluateRules(logType);
  writeNouns(logType);
  writeNetwork(logType);
  writeSecurityResult();
  writeAdditional(logType);
  close(event, BRACE_CLOSE);
  dropComma();
}

/** Writes the decoded line: `{"mimecast":{…}}`, fields under the dictionary's own names. */
export function writeFields(): void {
  findLogType();
  beginOutput();
  lit(FIELDS_OBJECT);
  for (let i = 0; i < fieldCount(); i++) {
    const field = fieldAt(i);
    if (field.length == 0) continue;
    const name = firstName(i);
    lit(QUOTE);
    lit(name);
    lit(COLON_QUOTE);
    value(field);
    closeString();
  }
  writeEntries();
  dropComma();
  lit(END);
}

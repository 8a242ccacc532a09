/** What every door does with a line: read it, map it, or say why not. */
import {
  BAD_JSON,
  DEEP_JSON,
  EMPTY_LINE,
  NOT_MIMECAST,
  READ,
  readLine,
  SEVERAL_RECORDS,
} from "../input/read";
import { beginOutput, outputFailed } from "../output/writer";
import { clearRules } from "../rules/engine";
import { writeEvent, writeFields } from "../udm/event";
import {
  BAD_JSON_CODE,
  DEEP_JSON_CODE,
  EMPTY_LINE_CODE,
  EVENT_TOO_LARGE_CODE,
  NOT_MIMECAST_CODE,
  SEVERAL_RECORDS_CODE,
  writeEventTooLarge,
} from "./errors";

/** What is asked for. */
export const UDM: u32 = 0;
export const FIELDS: u32 = 1;
/** UDM without the rules. */
export const PLAIN: u32 = 2;
/** UDM of lines on which a rule fires; of others nothing. */
export const ALERTS: u32 = 3;

/**
 * Writes the answer for the line `[from, end)`, which is valid UTF-8, the decoded line having been begun. Returns 0, or the
 * literal of the error's code: then nothing is written yet, but for `event_too_large`, which is complete. `mayBreak` is false if the
 * caller knows that no CR or LF stands in the line.
 */
export function mapLine(
  from: usize,
  end: usize,
  wanted: u32,
  seconds: u32,
  nanoseconds: u32,
  mayBreak: bool = true,
): usize {
  const result = readLine(from, end, mayBreak);
  if (result == EMPTY_LINE) return EMPTY_LINE_CODE;
  if (result == BAD_JSON) return BAD_JSON_CODE;
  if (result == DEEP_JSON) return DEEP_JSON_CODE;
  if (result == SEVERAL_RECORDS) return SEVERAL_RECORDS_CODE;
  if (result == NOT_MIMECAST) return NOT_MIMECAST_CODE;
  if (result == READ) {
    if (wanted == FIELDS) writeFields();
    else writeEvent(seconds, nanoseconds, wanted != PLAIN);
    if (!outputFailed()) return 0;
    clearRules();
  } else beginOutput();
  writeEventTooLarge(end - from);
  return EVENT_TOO_LARGE_CODE;
}

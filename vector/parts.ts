/** Parts of a batch: which events they hold, and how they are halved. Events are told apart by LF alone, never parsed. */
import type { Batch } from "../delivery/batch.ts";
import type { Refusal } from "../delivery/rejected.ts";

const LF = 0x0a;

/** Whole events of a body, as byte offsets. */
export interface Part {
  readonly from: number;
  readonly to: number;
}

/** Two parts of about as many bytes each, the first events first; undefined if there is but one event. */
export function halves(body: Uint8Array, { from, to }: Part): readonly [Part, Part] | undefined {
  const middle = from + ((to - from) >> 1);
  let end = body.indexOf(LF, middle) + 1;
  // The event in the middle is the last: the line end before it is looked for.
  if (end === 0 || end >= to) end = body.lastIndexOf(LF, Math.min(middle, to - 1) - 1) + 1;
  if (end <= from || end >= to) return undefined;
  return [
    { from, to: end },
    { from: end, to },
  ];
}

/** Where the one event of a part came from. */
export function originOf(
  { body, segments }: Batch,
  part: Part,
): Pick<Refusal, "file" | "from" | "to" | "event"> {
  const segment = segments.find(({ begin, end }) => begin <= part.from && part.from < end);
  if (segment === undefined) return { file: "", from: 0, to: 0, event: 0 };
  let event = 0;
  for (let at = segment.begin; at < part.from; at = body.indexOf(LF, at) + 1) event++;
  return { file: segment.file.name, from: segment.from.offset, to: segment.to.offset, event };
}

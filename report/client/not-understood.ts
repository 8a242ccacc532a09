/** What the module kept without understanding it, and what it could not map. */
import type { Figures, UnmappedCode } from "../collect/figures.ts";
import { type Child, element } from "./dom.ts";
import { count, plural } from "./format.ts";
import { rankingTable } from "./rankings.ts";
import { table } from "./table.ts";

export function notUnderstood(figures: Figures): Child[] {
  const { withUnknownKeys, withDuplicates, withUnparsed, withUnreadableTime, unmapped } = figures;
  const oddities: readonly (readonly [string, number])[] = [
    ["with a key that the dictionary does not have", withUnknownKeys],
    ["with a key that came twice", withDuplicates],
    ["with text in front of the first key", withUnparsed],
    ["with a time that could not be read, and the host's in its place", withUnreadableTime],
  ];
  return [
    table({
      caption: "Events with something odd",
      columns: [{ name: "events" }, { name: "count", numeric: true }],
      rows: oddities.map(([text, value]) => [{ text }, { text: count(value), by: value }]),
    }),
    rankingTable(figures.unknownKeys, {
      caption: "Unknown keys",
      value: "key",
      none: "every key is in the dictionary.",
      sample: "a value",
    }),
    ...(unmapped === 0
      ? [element("p", { class: "nothing" }, "Records that could not be mapped: none.")]
      : codes(figures)),
  ];
}

function codes({ unmappedCodes, otherUnmapped }: Figures): Child[] {
  return [
    table({
      caption: "Records that could not be mapped, by mimecast_error",
      columns: [{ name: "code" }, { name: "records", numeric: true }, { name: "message", long: true }],
      rows: unmappedCodes.map(({ code, count: records, message }) => [
        { text: code },
        { text: count(records), by: records },
        { text: message },
      ]),
      sortedBy: 1,
    }),
    otherUnmapped > 0
      ? element("p", { class: "note" }, `${plural(otherUnmapped, "record")} of other codes.`)
      : undefined,
    ...unmappedCodes.map(samples),
  ];
}

function samples({ code, count: records, samples: first }: UnmappedCode): HTMLElement {
  return element(
    "details",
    {},
    element(
      "summary",
      {},
      `${code} `,
      element("span", { class: "dim" }, `first ${first.length} of ${plural(records, "record")}`),
    ),
    element("ol", { class: "samples" }, ...first.map((text) => element("li", {}, element("code", {}, text)))),
  );
}

/** Spam scores and delivery latencies as histograms, with the figures beside them. */
import { type HistogramFigures, quantile } from "../collect/histogram.ts";
import { type Child, element } from "./dom.ts";
import { count, duration, oneDecimal, plural } from "./format.ts";
import { plot } from "./plot.ts";
import { table } from "./table.ts";

interface Wording {
  readonly what: string;
  readonly xLabel: string;
  /** An edge in words. */
  readonly edge: (value: number) => string;
  /** Whether the axis is marked at this edge. */
  readonly isMarked: (value: number, bins: number) => boolean;
  readonly none: string;
  /** In the place of a bin from an edge to the next, one whole score. */
  readonly isWhole?: boolean;
}

type Bin = readonly [number | undefined, number | undefined];

const SCORES: Wording = {
  what: "Spam score",
  xLabel: "SpamScore",
  edge: String,
  isMarked: (value) => value % 5 === 0,
  none: "No event in this range has a spam score.",
  isWhole: true,
};

const LATENCIES: Wording = {
  what: "Delivery latency",
  xLabel: "latency, logarithmic",
  edge: duration,
  // Where few decades are shown, their middles too.
  isMarked: (value, bins) => /^10*$/.test(String(value)) || (bins <= 18 && /^3[.3]/.test(String(value))),
  none: "No event in this range has a delivery latency.",
};

export const spamScores = (figures: HistogramFigures): Child[] => histogram(figures, SCORES);
export const latencies = (figures: HistogramFigures): Child[] => histogram(figures, LATENCIES);

function histogram(figures: HistogramFigures, wording: Wording): Child[] {
  const { counts, edges, total, unreadable } = figures;
  const unread =
    unreadable > 0
      ? element("p", { class: "note" }, `Not counted: ${plural(unreadable, "value")} that are no number.`)
      : undefined;
  if (total === 0) return [element("p", {}, wording.none), unread];
  const from = counts.findIndex((value) => value > 0);
  const to = counts.findLastIndex((value) => value > 0) + 1;
  const bins = Array.from({ length: to - from }, (_, index) => from + index);
  const ticks = edges
    .map((edge, index) => ({ at: index + 1, text: wording.edge(edge), edge }))
    .filter(({ at, edge }) => at >= from && at <= to && wording.isMarked(edge, bins.length));
  return [
    plot({
      label: `${wording.what} of ${plural(total, "event")}: ${summary(figures, wording)}`,
      starts: bins,
      step: 1,
      isTime: false,
      layers: [{ name: "", colour: "--allow", values: bins.map((bin) => counts[bin] ?? 0) }],
      height: 190,
      xLabel: wording.xLabel,
      yLabel: "events",
      ticks,
      barName: (index) => binName(from + index, edges, wording),
    }),
    element("p", { class: "figures" }, summary(figures, wording)),
    unread,
    element(
      "details",
      {},
      element("summary", {}, "The plotted figures as a table"),
      table({
        caption: `${wording.what}, events in each bin`,
        columns: [{ name: wording.what }, { name: "events", numeric: true }],
        rows: bins
          .filter((bin) => (counts[bin] ?? 0) > 0)
          .map((bin) => [
            { text: binName(bin, edges, wording), by: bin },
            { text: count(counts[bin] ?? 0), by: counts[bin] ?? 0 },
          ]),
        sortedBy: 0,
      }),
    ),
  ];
}

function summary(figures: HistogramFigures, { edge, isWhole }: Wording): string {
  const { total, least = 0, most = 0, mean = 0 } = figures;
  const exact = isWhole ? oneDecimal : edge;
  const half = between(quantile(figures, 0.5), edge, isWhole);
  const nearlyAll = between(quantile(figures, 0.95), edge, isWhole);
  const parts = [
    `${plural(total, "value")}`,
    `least ${exact(least)}`,
    `median ${half}`,
    `95th percentile ${nearlyAll}`,
    `most ${exact(most)}`,
    `mean ${exact(mean)}`,
  ];
  return parts.join(" · ");
}

function between(bin: Bin | undefined, edge: Wording["edge"], isWhole = false): string {
  const [low, high] = bin ?? [];
  if (low === undefined) return `below ${edge(high ?? 0)}`;
  if (high === undefined) return `${edge(low)} or more`;
  return isWhole ? edge(low) : `${edge(low)} to ${edge(high)}`;
}

const binName = (bin: number, edges: readonly number[], { edge, isWhole }: Wording): string =>
  between([edges[bin - 1], edges[bin]], edge, isWhole);

/** Events over time: one plot of all stages, and a small one of each, every bar parted by action. */
import type { Figures } from "../collect/figures.ts";
import type { Bucket } from "../collect/time-series.ts";
import { element } from "./dom.ts";
import { count, dateTime, duration, plural, shortTime } from "./format.ts";
import { type Layer, plot } from "./plot.ts";
import { table } from "./table.ts";

/** UDM's actions and their colours, from the bottom of a bar to its top: what is rare stands on the axis, where it can be compared. */
const ACTIONS: Readonly<Record<string, string>> = {
  BLOCK: "--block",
  QUARANTINE: "--quarantine",
  FAIL: "--fail",
  UNKNOWN_ACTION: "--unknown",
  ALLOW_WITH_MODIFICATION: "--modified",
  ALLOW: "--allow",
};
const NO_ACTION = "--none";
const ALLOWED = "ALLOW";

export function timePlots(figures: Figures): HTMLElement[] {
  const { series } = figures;
  if (series.buckets.length === 0) return [element("p", {}, "No event has a time in this range.")];
  const starts = everyStart(series.buckets, series.width);
  const actions = actionsOf(figures);
  const stages = stagesOf(figures);
  const each = `events / ${duration(series.width)}`;
  const common = {
    starts: starts.map((start) => start / 1000),
    step: series.width / 1000,
    isTime: true,
    xLabel: "time, UTC",
    yLabel: each,
    barName: (index: number) => shortTime(starts[index] ?? 0),
    group: "time",
  };
  const bars = (title: string, height: number, wanted: readonly string[], stage?: string): HTMLElement => {
    const layers = wanted
      .map((action) => layer(figures, starts, action, stage))
      .filter(({ values }) => values.some((value) => value > 0));
    const plotted = layers.reduce(
      (sum, { values }) => sum + values.reduce((all, value) => all + value, 0),
      0,
    );
    const label = `${title}: ${plural(plotted, "event")} over time by action`;
    return element(
      "figure",
      {},
      element("figcaption", {}, `${title} `, element("span", { class: "dim" }, plural(plotted, "event"))),
      plot({ ...common, label, layers, height }),
    );
  };
  // What is allowed is so much more than all else that it has to stand aside for that to be seen.
  const rare = actions.filter((action) => action !== ALLOWED);
  return [
    key(actions),
    bars("All stages", 210, actions),
    ...(rare.length > 0 && rare.length < actions.length
      ? [bars("All stages, without ALLOW", 150, rare)]
      : []),
    ...(stages.length > 1
      ? [element("div", { class: "multiples" }, ...stages.map(([stage]) => bars(stage, 130, actions, stage)))]
      : []),
    ...(series.outside > 0
      ? [
          element(
            "p",
            { class: "note" },
            `Not plotted, because they lie far from all others: ${plural(series.outside, "event")}. The first event is of ${dateTime(series.first ?? 0)}, the last of ${dateTime(series.last ?? 0)}.`,
          ),
        ]
      : []),
    element(
      "details",
      {},
      element("summary", {}, "The plotted figures as a table"),
      bucketTable(figures, actions),
    ),
  ];
}

export function actionsOf({ stageActions }: Figures): string[] {
  const known = Object.keys(ACTIONS);
  const rank = (action: string): number => (known.includes(action) ? known.indexOf(action) : known.length);
  return [...new Set(stageActions.map(({ action }) => action))].sort((a, b) => rank(a) - rank(b));
}

/** The busiest first. */
export function stagesOf({ stageActions }: Figures): (readonly [string, number])[] {
  const sums = new Map<string, number>();
  for (const { stage, count: events } of stageActions) sums.set(stage, (sums.get(stage) ?? 0) + events);
  return [...sums].sort(([, a], [, b]) => b - a);
}

function key(actions: readonly string[]): HTMLElement {
  const items = actions.map((action) => {
    const swatch = element("span", { class: "swatch", "aria-hidden": "true" });
    swatch.style.background = `var(${ACTIONS[action] ?? NO_ACTION})`;
    return element("li", {}, swatch, action);
  });
  return element("ul", { class: "key", "aria-label": "Colours of actions" }, ...items);
}

function layer(figures: Figures, starts: readonly number[], action: string, stage?: string): Layer {
  const { names, buckets, width } = figures.series;
  const wanted = names.map((name) => {
    const [of, is] = name.split("\t");
    return (stage === undefined || of === stage) && is === action;
  });
  const values = new Array<number>(starts.length).fill(0);
  for (const { from, counts } of buckets) {
    const index = (from - (starts[0] ?? 0)) / width;
    values[index] = counts.reduce((sum, value, name) => sum + (wanted[name] ? value : 0), 0);
  }
  return { name: action, colour: ACTIONS[action] ?? NO_ACTION, values };
}

function everyStart(buckets: readonly Bucket[], width: number): number[] {
  const first = buckets[0]?.from ?? 0;
  const last = buckets.at(-1)?.from ?? first;
  return Array.from({ length: (last - first) / width + 1 }, (_, index) => first + index * width);
}

function bucketTable(figures: Figures, actions: readonly string[]): HTMLElement {
  const { names, buckets, width } = figures.series;
  const rows = buckets.flatMap(({ from, counts }) => {
    const byStage = new Map<string, number[]>();
    counts.forEach((value, index) => {
      if (value === 0) return;
      const [stage = "", action = ""] = (names[index] ?? "").split("\t");
      const row = byStage.get(stage) ?? actions.map(() => 0);
      row[actions.indexOf(action)] = value;
      byStage.set(stage, row);
    });
    return [...byStage].map(([stage, values]) => [
      { text: shortTime(from), by: from },
      { text: stage },
      ...values.map((value) => ({ text: count(value), by: value })),
    ]);
  });
  return table({
    caption: `Events in each ${duration(width)} from the time given, UTC, by stage and action`,
    columns: [{ name: "from" }, { name: "stage" }, ...actions.map((name) => ({ name, numeric: true }))],
    rows,
    sortedBy: 0,
    first: 24,
  });
}

/** Bars over time and histograms, drawn by uPlot in the page's colours; drawn anew when those, or the width, change. */
import uPlot from "uplot";
import { element } from "./dom.ts";
import { compact, count } from "./format.ts";

export interface Layer {
  readonly name: string;
  /** The custom property of its colour. */
  readonly colour: string;
  /** A value for each bar. */
  readonly values: readonly number[];
}

export interface PlotOptions {
  /** What it shows, for those who do not see it. */
  readonly label: string;
  /** Where each bar begins; ascending, in equal steps. */
  readonly starts: readonly number[];
  readonly step: number;
  readonly isTime: boolean;
  readonly layers: readonly Layer[];
  readonly height: number;
  readonly xLabel: string;
  readonly yLabel: string;
  /** Where the horizontal axis is marked; without it, where uPlot thinks best. */
  readonly ticks?: readonly { readonly at: number; readonly text: string }[];
  /** What a bar is called in the line below the plot. */
  readonly barName: (index: number) => string;
  /** Plots of the same name point at the same bar together. */
  readonly group?: string;
}

const redraws: (() => void)[] = [];
let width = 0;

/** Draws all plots again: in other colours, at another width. */
export function redraw(): void {
  for (const draw of redraws) draw();
}

export function watch(): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  new ResizeObserver(() => {
    if (document.documentElement.clientWidth === width) return;
    width = document.documentElement.clientWidth;
    redraw();
  }).observe(document.documentElement);
  // Paper is white and of its own width, whatever the screen is.
  addEventListener("beforeprint", () => {
    document.documentElement.dataset.print = "";
    redraw();
  });
  addEventListener("afterprint", () => {
    delete document.documentElement.dataset.print;
    redraw();
  });
}

export function plot(options: PlotOptions): HTMLElement {
  const canvas = element("div", { class: "canvas", role: "img", "aria-label": options.label });
  const readout = element("p", { class: "readout", "aria-hidden": "true" }, "\u00a0");
  let drawn: uPlot | undefined;
  redraws.push(() => {
    drawn?.destroy();
    drawn = draw(options, canvas, readout);
  });
  return element("div", { class: "plot" }, canvas, readout);
}

function draw(options: PlotOptions, canvas: HTMLElement, readout: HTMLElement): uPlot {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const font = `11px ${style.getPropertyValue("--sans").trim() || "sans-serif"}`;
  const { starts, step, layers } = options;
  const stacked = stack(layers, starts.length);
  const axis = {
    stroke: colour("--dim"),
    font,
    labelFont: font,
    labelSize: 16,
    labelGap: 0,
    ticks: { stroke: colour("--line"), width: 1, size: 4 },
  };
  const bars = uPlot.paths.bars?.({ size: [0.9, 200], align: 1 });
  const [first = 0] = starts;
  const end = (starts.at(-1) ?? 0) + step;
  return new uPlot(
    {
      width: canvas.clientWidth,
      height: options.height,
      tzDate: (time) => uPlot.tzDate(new Date(time * 1000), "Etc/UTC"),
      legend: { show: false },
      cursor: {
        x: true,
        y: false,
        points: { show: false },
        drag: { x: false, y: false },
        ...(options.group === undefined ? {} : { sync: { key: options.group } }),
        dataIdx: (self) => barAt(self, starts, step),
      },
      scales: {
        x: { time: options.isTime, range: [first, end] },
        y: { range: (_, __, most) => [0, Math.max(1, most * 1.05)] },
      },
      axes: [
        {
          ...axis,
          size: (_, marks) => ((marks as string[] | null)?.some((mark) => mark.includes("\n")) ? 38 : 24),
          label: options.xLabel,
          grid: { show: false },
          space: 56,
          ...marks(options),
        },
        {
          ...axis,
          size: 44,
          label: options.yLabel,
          grid: { stroke: colour("--line"), width: 1 },
          space: 24,
          incrs: WHOLE,
          values: (_, splits) => splits.map(compact),
        },
      ],
      series: [
        {},
        // The whole stack first: each further layer is drawn over its lower part.
        ...[...layers].reverse().map(({ colour: name }) => ({
          fill: colour(name),
          width: 0,
          points: { show: false },
          ...(bars === undefined ? {} : { paths: bars }),
        })),
      ],
      hooks: {
        setCursor: [(self) => tell(options, readout, self.cursor.idx)],
      },
    },
    [[...starts], ...stacked.reverse()],
    canvas,
  );
}

/** Counts are whole: so are the steps between them. */
const WHOLE = Array.from({ length: 13 }, (_, power) =>
  [1, 2, 5].map((factor) => factor * 10 ** power),
).flat();

/** Of each layer the sum up to it; nothing where nothing is, so that no line is drawn there. */
function stack(layers: readonly Layer[], length: number): (number | null)[][] {
  const sums = new Array<number>(length).fill(0);
  return layers.map(({ values }) =>
    sums.map((_, index) => {
      const value = values[index] ?? 0;
      sums[index] = (sums[index] ?? 0) + value;
      return value === 0 ? null : (sums[index] ?? 0);
    }),
  );
}

function barAt(self: uPlot, starts: readonly number[], step: number): number {
  const at = self.posToVal(self.cursor.left ?? -1, "x");
  const index = Math.floor((at - (starts[0] ?? 0)) / step);
  return Math.min(starts.length - 1, Math.max(0, index));
}

function tell(
  { layers, barName }: PlotOptions,
  readout: HTMLElement,
  index: number | null | undefined,
): void {
  if (index === null || index === undefined) {
    readout.textContent = "\u00a0";
    return;
  }
  const parts = layers
    .filter(({ values }) => (values[index] ?? 0) > 0)
    .map(({ name, values }) => `${name} ${count(values[index] ?? 0)}`.trim());
  readout.textContent = `${barName(index)}: ${parts.join(", ") || "none"}`;
}

function marks({ ticks, isTime }: PlotOptions): Partial<uPlot.Axis> {
  if (ticks !== undefined) {
    return {
      splits: () => ticks.map(({ at }) => at),
      values: (_, splits) => splits.map((at) => ticks.find((tick) => tick.at === at)?.text ?? ""),
    };
  }
  return isTime ? { values: (_, splits, __, ___, step) => splits.map(timeMark(step)) } : {};
}

const DAY = 86_400;

/** The clock, and below it the day where one begins; the day, month or year alone where steps are that long. */
function timeMark(step: number): (time: number, index: number) => string {
  let lastDay = "";
  return (time) => {
    const iso = new Date(time * 1000).toISOString();
    const year = iso.replace(/-.*/, "");
    const [month = "", day = ""] = iso.slice(-19, -14).split("-");
    const name = MONTHS[Number(month) - 1] ?? "";
    if (step >= 365 * DAY) return year;
    if (step >= 28 * DAY) return `${name}\n${year}`;
    const date = `${Number(day)} ${name}`;
    if (step >= DAY) return date;
    const mark = date === lastDay ? iso.slice(-13, -8) : `${iso.slice(-13, -8)}\n${date}`;
    lastDay = date;
    return mark;
  };
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

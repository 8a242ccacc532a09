/** Tables of the most frequent values, and what is said where a count is an estimate. */
import type { Counted, Ranking } from "../collect/figures.ts";
import { type Child, element } from "./dom.ts";
import { count, percent, plural } from "./format.ts";
import { type Cell, type Column, table } from "./table.ts";

export interface RankingWords {
  readonly caption: string;
  readonly value: string;
  /** What is said instead of an empty table. */
  readonly none: string;
  /** A further column with what came with the value. */
  readonly sample?: string;
}

export function rankingTable(ranking: Ranking, { caption, value, none, sample }: RankingWords): HTMLElement {
  const { top, total, exact } = ranking;
  if (top.length === 0) return element("p", { class: "nothing" }, `${caption}: ${none}`);
  const highest = top[0]?.count ?? 1;
  const columns: Column[] = [
    { name: value, long: true },
    { name: exact ? "count" : "count, at most", numeric: true },
    ...(exact ? [] : [{ name: "at least", numeric: true }]),
    { name: "share", numeric: true },
    ...(sample === undefined ? [] : [{ name: sample, long: true }]),
  ];
  const row = (counted: Counted): Cell[] => [
    { text: counted.value },
    { text: count(counted.count), by: counted.count },
    ...(exact ? [] : [{ text: count(counted.count - counted.error), by: counted.count - counted.error }]),
    {
      text: percent(counted.count, total),
      by: counted.count,
      ...(exact ? { bar: counted.count / highest } : {}),
    },
    ...(sample === undefined ? [] : [{ text: counted.sample ?? "" }]),
  ];
  return element("div", {}, table({ caption, columns, rows: top.map(row), sortedBy: 1 }), ...below(ranking));
}

/** What the table leaves out, and how far its counts may be off. */
function below({ top, total, held, exact, capacity, bound }: Ranking): Child[] {
  const shown = top.reduce((sum, { count: of }) => sum + of, 0);
  const notes: string[] = [];
  if (exact && held > top.length) {
    notes.push(
      `The ${top.length} most frequent of ${count(held)} values; the others came ${plural(total - shown, "time")} together.`,
    );
  }
  if (!exact) {
    notes.push(
      `There are more than ${count(capacity)} distinct values, so counts are estimates: each value came at most as often as its count, and at least as often as the next column says. A value that is not listed came at most ${plural(Math.max(bound, top.at(-1)?.count ?? 0), "time")}.`,
    );
  }
  return notes.map((note) => element("p", { class: "note" }, note));
}

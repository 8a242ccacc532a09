/** An input as a whole: how far it is, what was counted, its events as a download, and the way to one of its records. */
import { button, fill, h } from "./dom.ts";
import type { Counts, Tally } from "./protocol.ts";

export interface Steering {
  /** Shows a record. */
  look(number: number): void;
  cancel(): void;
}

/** Where the input stands. */
export interface State {
  readonly name: string;
  readonly counts: Counts;
  readonly is: "running" | "ended" | "cancelled";
  readonly events?: Blob;
  readonly ruleNames: ReadonlyMap<string, string>;
}

/** Records with something in common, among which a person goes to and fro. */
interface Among {
  readonly name: string;
  readonly numbers: readonly number[];
}

const digits = (value: number): string => value.toLocaleString("en");

export class Summary {
  readonly #steering: Steering;
  readonly #name = h("strong");
  readonly #progress = h("progress", { "aria-label": "Mapped so far" });
  readonly #size = h("span", { class: "quiet" });
  readonly #records = h("span", { id: "records" });
  readonly #cancel: HTMLButtonElement;
  readonly #download = h("a", { class: "button", id: "download" }, "Download the events");
  readonly #noDownload = h(
    "span",
    { class: "quiet" },
    "no download: this browser gives the page no file of its own",
  );
  readonly #tables = h("div", { class: "tallies" });
  readonly #at = h("input", { type: "number", min: "1", value: "1", "aria-label": "Number of the record" });
  readonly #of = h("span", { class: "quiet" });
  readonly #all: HTMLButtonElement;
  readonly #bar: HTMLElement;
  #among: Among | undefined;
  #counts: Counts | undefined;

  constructor(root: Element, steering: Steering) {
    this.#steering = steering;
    this.#cancel = button("Cancel", () => steering.cancel(), { id: "cancel" });
    this.#all = button("all records", () => this.#choose(undefined));
    this.#at.addEventListener("change", () => this.#go(this.#at.valueAsNumber - 1));
    this.#bar = h(
      "div",
      { class: "bar" },
      this.#name,
      this.#progress,
      this.#size,
      this.#records,
      h("span", { class: "grow" }),
      this.#cancel,
      this.#download,
      this.#noDownload,
    );
    const steps = h(
      "div",
      { class: "bar" },
      h("span", {}, "Record"),
      this.#at,
      this.#of,
      button("‹", () => this.#step(-1), { "aria-label": "Previous record" }),
      button("›", () => this.#step(1), { "aria-label": "Next record" }),
      this.#all,
    );
    fill(root, this.#bar, this.#tables, steps);
    this.#choose(undefined);
  }

  /** A new input. */
  begin(): void {
    this.#counts = undefined;
    this.#choose(undefined);
    this.show(0);
    fill(this.#tables);
  }

  update({ name, counts, is, events, ruleNames }: State): void {
    this.#counts = counts;
    this.#bar.dataset.state = is;
    fill(this.#name, name);
    this.#progress.max = counts.total;
    this.#progress.value = counts.bytes;
    this.#progress.hidden = this.#cancel.hidden = is !== "running";
    fill(
      this.#size,
      `${size(counts.bytes)} of ${size(counts.total)}${is === "cancelled" ? ", cancelled" : ""}`,
    );
    const { records, unmapped } = counts;
    fill(
      this.#records,
      `${digits(records)} ${records === 1 ? "record" : "records"}, ${digits(unmapped)} not mapped`,
    );
    this.#offer(name, is, events);
    this.#at.max = String(records);
    this.#tell();
    // What has the keyboard's focus is not taken away under the hand.
    if (!this.#tables.contains(document.activeElement) || is !== "running") this.#tally(counts, ruleNames);
  }

  /** The record that is shown. */
  show(number: number): void {
    this.#at.value = String(number + 1);
    this.#tell();
  }

  #offer(name: string, is: State["is"], events: Blob | undefined): void {
    this.#download.hidden = is === "running" || events === undefined;
    this.#noDownload.hidden = is === "running" || events !== undefined;
    if (this.#download.href !== "") URL.revokeObjectURL(this.#download.href);
    this.#download.removeAttribute("href");
    if (events === undefined) return;
    this.#download.href = URL.createObjectURL(events);
    this.#download.download = `${name.replace(/[^\w.-]/g, "_")}.events.ndjson`;
  }

  #choose(among: Among | undefined): void {
    this.#among = among;
    this.#all.hidden = among === undefined;
    const [first] = among?.numbers ?? [];
    if (first !== undefined) this.#go(first);
    this.#tell();
  }

  #tell(): void {
    const records = this.#counts?.records ?? 0;
    const among = this.#among;
    if (among === undefined) {
      fill(this.#of, `of ${digits(records)}`);
      return;
    }
    const index = among.numbers.indexOf(this.#at.valueAsNumber - 1);
    fill(
      this.#of,
      `${index < 0 ? "" : `${digits(index + 1)} of `}${digits(among.numbers.length)} with ${among.name}`,
    );
  }

  #step(by: 1 | -1): void {
    const at = this.#at.valueAsNumber - 1;
    const numbers = this.#among?.numbers;
    if (numbers === undefined) this.#go(at + by);
    const to = by > 0 ? numbers?.find((number) => number > at) : numbers?.findLast((number) => number < at);
    if (to !== undefined) this.#go(to);
  }

  #go(number: number): void {
    if (!(number >= 0 && number < (this.#counts?.records ?? 0))) return;
    this.show(number);
    this.#steering.look(number);
  }

  #tally(counts: Counts, ruleNames: ReadonlyMap<string, string>): void {
    const forged: [string, Tally][] =
      counts.forged.count > 0 ? [["parser_duplicate_keys", counts.forged]] : [];
    fill(
      this.#tables,
      this.#table("Log types", [...counts.logTypes]),
      this.#table("Rules that fired", [...counts.rules].sort(), ruleNames),
      this.#table("Keys that came twice", forged),
      this.#table("Not mapped", [...counts.errors]),
    );
  }

  #table(
    title: string,
    rows: readonly (readonly [string, Tally])[],
    names?: ReadonlyMap<string, string>,
  ): HTMLElement | undefined {
    if (rows.length === 0) return undefined;
    const items = rows.map(([name, { count, first }]) => {
      const choose = button(name, () => this.#choose({ name, numbers: first }), {
        class: "plain",
        "aria-label": `${name}: show these records`,
      });
      const meaning = names === undefined ? [] : [h("td", { class: "quiet" }, names.get(name))];
      return h(
        "tr",
        {},
        h("th", { scope: "row" }, choose),
        h("td", { class: "number" }, digits(count)),
        ...meaning,
      );
    });
    return h("table", {}, h("caption", {}, title), h("tbody", {}, ...items));
  }
}

function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

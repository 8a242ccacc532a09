/** Tables that sort by any column, with the keyboard too (ARIA Authoring Practices, Sortable Table Example). */
import { element, newId } from "./dom.ts";

export interface Column {
  readonly name: string;
  /** Figures stand right, and sort the highest first. */
  readonly numeric?: boolean;
  /** Text that strangers wrote, which may be long. */
  readonly long?: boolean;
}

export interface Cell {
  readonly text: string;
  /** What it is sorted by; without it, the text. */
  readonly by?: number;
  /** Of 1: how long the bar in front of a figure is. */
  readonly bar?: number;
}

export interface TableOptions {
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** The column that the rows are sorted by as they are given, if they are. */
  readonly sortedBy?: number;
  /** Rows beyond these are shown on demand. */
  readonly first?: number;
}

type Direction = "ascending" | "descending";

const FIRST = 10;

export function table({ caption, columns, rows, sortedBy, first = FIRST }: TableOptions): HTMLElement {
  const id = newId();
  const body = element("tbody");
  const lines = rows.map((cells) => ({ cells, row: line(cells, columns) }));
  body.append(...lines.map(({ row }) => row));
  const headings = columns.map((column, index) => {
    const button = element("button", { type: "button" }, column.name);
    const heading = element("th", { scope: "col", ...(column.numeric ? { class: "number" } : {}) }, button);
    button.addEventListener("click", () => sort(index));
    return heading;
  });
  if (sortedBy !== undefined) {
    headings[sortedBy]?.setAttribute("aria-sort", columns[sortedBy]?.numeric ? "descending" : "ascending");
  }

  const limit = (): void => {
    const isOpen = more?.getAttribute("aria-expanded") !== "false";
    [...body.rows].forEach((row, index) => {
      row.hidden = !isOpen && index >= first;
    });
  };

  function sort(index: number): void {
    const heading = headings[index] as HTMLElement;
    const was = heading.getAttribute("aria-sort") as Direction | null;
    const natural: Direction = columns[index]?.numeric ? "descending" : "ascending";
    const direction: Direction = was === null ? natural : was === "ascending" ? "descending" : "ascending";
    for (const other of headings) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", direction);
    const sign = direction === "ascending" ? 1 : -1;
    lines.sort((a, b) => sign * compared(a.cells[index], b.cells[index]));
    body.append(...lines.map(({ row }) => row));
    limit();
  }

  const more = rows.length > first ? moreButton(rows.length, id, limit) : undefined;
  const made = element(
    "table",
    { id },
    element("caption", {}, caption),
    element("thead", {}, element("tr", {}, ...headings)),
    body,
  );
  limit();
  const scrolled = element("div", { class: "scrolled" }, made);
  new ResizeObserver(() => reachable(scrolled, caption)).observe(scrolled);
  return element("div", { class: "table" }, scrolled, more);
}

/** What scrolls must be in reach of the keyboard; what does not would only be in its way. */
function reachable(scrolled: HTMLElement, name: string): void {
  const attributes = { role: "region", "aria-label": name, tabindex: "0" };
  for (const [key, value] of Object.entries(attributes)) {
    if (scrolled.scrollWidth > scrolled.clientWidth) scrolled.setAttribute(key, value);
    else scrolled.removeAttribute(key);
  }
}

function moreButton(rows: number, id: string, limit: () => void): HTMLElement {
  const button = element("button", {
    type: "button",
    class: "more",
    "aria-expanded": "false",
    "aria-controls": id,
  });
  const label = (): void => {
    button.textContent = button.getAttribute("aria-expanded") === "true" ? "Show fewer" : `Show all ${rows}`;
  };
  button.addEventListener("click", () => {
    button.setAttribute("aria-expanded", String(button.getAttribute("aria-expanded") !== "true"));
    label();
    limit();
  });
  label();
  return button;
}

function line(cells: readonly Cell[], columns: readonly Column[]): HTMLTableRowElement {
  return element("tr", {}, ...cells.map((cell, index) => data(cell, columns[index])));
}

function data({ text, by, bar }: Cell, column: Column | undefined): HTMLElement {
  const kind = column?.numeric ? `number${by === 0 ? " dim" : ""}` : column?.long ? "long" : undefined;
  const content = bar === undefined ? text : barred(text, bar);
  return element("td", kind === undefined ? {} : { class: kind }, content);
}

/** A figure with a bar in front of it: all bars of a column begin at the same place. */
function barred(text: string, bar: number): HTMLElement {
  const drawn = element("span");
  drawn.style.width = `${100 * bar}%`;
  const track = element("span", { class: "bar", "aria-hidden": "true" }, drawn);
  return element("div", { class: "barred" }, track, element("span", {}, text));
}

const collator = new Intl.Collator("en", { numeric: true });

function compared(a: Cell | undefined, b: Cell | undefined): number {
  if (a?.by !== undefined && b?.by !== undefined) return a.by - b.by;
  return collator.compare(a?.text ?? "", b?.text ?? "");
}

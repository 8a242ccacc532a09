/** The event, a member a line, with the origin of each value. */

import { shortened } from "../cli/shortened.ts";
import type { Origin, Path } from "../explain/links.ts";
import type { MappingRow } from "../host/explain.ts";
import { fill, h } from "./dom.ts";
import type { Linking } from "./linking.ts";
import { listbox } from "./listbox.ts";

const LONGEST_VALUE = 600;
const LONGEST_KEY = 120;
/** Lines that are shown of one event. */
const MOST = 2000;

/** Where a value of the event comes from. */
export type Originate = (path: Path, value: unknown) => Origin;

/** The event, and a place for the row of one value; without `originate` the event alone. */
export function eventView(event: object, linking: Linking, originate?: Originate): HTMLElement[] {
  const row = h(
    "p",
    { class: "row hint" },
    "Point at a value, or move to it, to see the row that put it there.",
  );
  const list = h("div", { class: "event" });
  let left = 0;
  const line = (depth: number, ...children: (Node | string)[]): HTMLElement | undefined => {
    if (list.childElementCount >= MOST) {
      left++;
      return undefined;
    }
    const element = h(
      "div",
      { class: "line" },
      h("span", { class: `json in${Math.min(depth, 9)}` }, ...children),
    );
    list.append(element);
    return element;
  };
  const leaf = (path: Path, depth: number, value: unknown, ...children: (Node | string)[]): void => {
    const element = line(depth, ...children);
    if (element !== undefined && originate) mark(element, originate(path, value), linking, row);
  };
  const write = (value: unknown, path: Path, start: (Node | string)[], comma: string): void => {
    const depth = path.length;
    if (!isContainer(value)) {
      leaf(path, depth, value, ...start, plain(value), comma);
      return;
    }
    const entries = Object.entries(value);
    const [only] = entries;
    if (Array.isArray(value) && entries.length === 1 && only !== undefined && !isContainer(only[1])) {
      leaf([...path, 0], depth, only[1], ...start, "[", plain(only[1]), `]${comma}`);
      return;
    }
    if (isPair(value)) {
      const members = entries.flatMap(([key, member], index) => [
        index === 0 ? "{ " : ", ",
        ...named(key),
        plain(member),
      ]);
      leaf([...path, "value"], depth, value.value, ...start, ...members, ` }${comma}`);
      return;
    }
    const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
    line(depth, ...start, open);
    for (const [index, [key, member]] of entries.entries()) {
      const isElement = Array.isArray(value);
      const next = [...path, isElement ? index : key];
      write(member, next, isElement ? [] : named(key), index < entries.length - 1 ? "," : "");
    }
    line(depth, `${close}${comma}`);
  };
  write(event, [], [], "");
  if (left > 0) list.append(h("div", { class: "line" }, `… ${left} more lines`));
  listbox(list, "UDM event");
  return originate === undefined ? [list] : [list, row];
}

const isContainer = (value: unknown): value is object => typeof value === "object" && value !== null;

/** An entry of a list of keys and values, which one line shows. */
const isPair = (value: object): value is { readonly key: string; readonly value: string } =>
  Object.keys(value).join() === "key,value";

const named = (key: string): (Node | string)[] => [
  h("span", { class: "key" }, JSON.stringify(shortened(key, LONGEST_KEY))),
  ": ",
];

function plain(value: unknown): HTMLElement {
  const text = typeof value === "string" ? JSON.stringify(shortened(value, LONGEST_VALUE)) : String(value);
  return h("span", { class: "value" }, text);
}

function mark(element: HTMLElement, { row, parts }: Origin, linking: Linking, place: HTMLElement): void {
  linking.add(element, parts);
  if (row !== undefined) element.append(origins(row.origin));
  const tell = (): void => fill(place, ...(row === undefined ? ["added by a rule"] : told(row)));
  element.setAttribute("aria-describedby", "row");
  element.addEventListener("focus", tell);
  element.addEventListener("pointerenter", tell);
}

const told = ({ udm, from, origin, remark }: MappingRow): Node[] => [
  h("span", { class: "path" }, udm),
  document.createTextNode(` from ${from || "a constant"} `),
  origins(origin),
  document.createTextNode(remark === "" ? "" : ` ${remark}`),
];

/** `G, own` as small marks. */
export function origins(origin: string): HTMLElement {
  const marks = origin
    .split(", ")
    .map((name) => h("span", { class: `origin ${name.replace("+", "-later")}` }, name));
  return h("span", { class: "origins" }, ...marks);
}

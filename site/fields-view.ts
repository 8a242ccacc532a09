/** The record's fields and what stood beside them, and where each value went. */

import { shortened } from "../cli/shortened.ts";
import type { Account, AccountedEntry, AccountedField } from "../explain/account.ts";
import { inAdditional } from "../explain/account.ts";
import type { Part } from "../explain/links.ts";
import { h } from "./dom.ts";
import { origins } from "./event-view.ts";
import type { Linking } from "./linking.ts";
import { listbox } from "./listbox.ts";

const LONGEST_VALUE = 600;
const LONGEST_NAME = 120;
/** Fields or entries that are shown of one kind. */
const MOST = 500;

export function fieldsView(account: Account, linking: Linking): HTMLElement[] {
  const entries = (
    title: string,
    kind: "duplicate" | "unknown" | "unparsed",
    all: readonly AccountedEntry[],
  ) =>
    section(
      title,
      kind,
      all,
      entryView,
      (entry, index) => {
        const parts: Part[] = [`${kind}:${index}`];
        return kind === "duplicate" ? [...parts, "duplicates", ...sameName(entry, account)] : parts;
      },
      linking,
    );
  return [
    ...entries("Duplicates: values that lost", "duplicate", account.duplicates),
    ...section("Fields", "field", account.fields, fieldView, (_, index) => [`field:${index}`], linking),
    ...entries("Keys the dictionary does not have", "unknown", account.unknown),
    ...entries("Text before the first key", "unparsed", account.unparsed),
  ];
}

const sameName = ({ name }: AccountedEntry, { fields }: Account): Part[] =>
  fields.flatMap((field, index) => (field.name === name ? [`field:${index}` as const] : []));

function section<Item>(
  title: string,
  kind: string,
  items: readonly Item[],
  view: (item: Item) => HTMLElement,
  partsOf: (item: Item, index: number) => readonly Part[],
  linking: Linking,
): HTMLElement[] {
  if (items.length === 0) return [];
  const list = h("div", { class: `things ${kind}` });
  for (const [index, item] of items.slice(0, MOST).entries()) {
    const element = view(item);
    linking.add(element, partsOf(item, index));
    list.append(element);
  }
  listbox(list, title);
  const more = items.length > MOST ? [h("p", { class: "hint" }, `… and ${items.length - MOST} more`)] : [];
  return [h("h2", {}, title), list, ...more];
}

function fieldView({ field, name, value, places, refusedBy }: AccountedField): HTMLElement {
  const refusing = [...new Set(refusedBy.map(({ udm }) => udm))].join(", ");
  const nowhere = h(
    "span",
    { class: "place quiet" },
    "→ nowhere by itself: other members of the event say the same",
  );
  return h(
    "div",
    { class: "thing" },
    pair(name, value, name === field ? undefined : ` (${field})`),
    ...places.map(({ path, row }) =>
      h(
        "span",
        { class: "place" },
        "→ ",
        h("span", { class: "path" }, shortened(path, LONGEST_NAME)),
        origins(row.origin),
        h("span", { class: "quiet" }, row.remark),
      ),
    ),
    ...(places.length === 0 ? [nowhere] : []),
    refusing === "" ? undefined : h("span", { class: "place refused" }, `not taken by ${refusing}`),
  );
}

function entryView({ name, value, nameInEvent }: AccountedEntry): HTMLElement {
  const path = shortened(inAdditional(nameInEvent), LONGEST_NAME);
  return h(
    "div",
    { class: "thing" },
    pair(name, value),
    h("span", { class: "place" }, "→ ", h("span", { class: "path" }, path)),
  );
}

const pair = (name: string, value: string, called?: string): HTMLElement =>
  h(
    "span",
    { class: "pair" },
    h("span", { class: "key" }, shortened(name, LONGEST_NAME)),
    called === undefined ? undefined : h("span", { class: "quiet" }, called),
    h("span", { class: "quiet" }, " = "),
    h("span", { class: "value" }, shortened(value, LONGEST_VALUE)),
  );

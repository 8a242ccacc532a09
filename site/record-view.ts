/** One record: what it says, what it became, and what to beware of. */
import { shortened } from "../cli/shortened.ts";
import { origins } from "../explain/links.ts";
import type { MappingRow } from "../host/explain.ts";
import { visible } from "../runtime/visible.ts";
import { h } from "./dom.ts";
import { eventView, type Originate } from "./event-view.ts";
import { fieldsView } from "./fields-view.ts";
import type { Linking } from "./linking.ts";
import type { Look } from "./protocol.ts";
import { rulesView } from "./rules-view.ts";

const LONGEST_LINE = 4000;
const HIDDEN =
  "The record has characters that turn text around or cannot be seen. Below they stand as \\uXXXX.";
const ALONE = "The event is made of this record alone: here, no rule has counted those before it.";

export function recordView(
  look: Look,
  rows: readonly MappingRow[],
  linking: Linking,
  showsLine: boolean,
): HTMLElement[] {
  linking.clear();
  const { event, account, text } = look;
  // The field for lines shows what was pasted; here nothing hides.
  const isHidden = text !== undefined && visible(text) !== text;
  const line = [
    isHidden ? h("p", { class: "alert" }, HIDDEN) : undefined,
    showsLine || isHidden
      ? h("pre", { class: "raw", tabindex: "0", "aria-label": "The record" }, rawOf(look))
      : undefined,
  ].filter((element) => element !== undefined);
  if (event.mimecast_error !== undefined) {
    const { code, message } = event.mimecast_error;
    const alert = h("p", { class: "alert bad" }, h("strong", {}, `mimecast_error: ${code}`), ` ${message}`);
    return [...line, alert, h("div", { class: "panes" }, eventPane("Record as it leaves", event, linking))];
  }
  if (account === undefined)
    return [...line, h("div", { class: "panes" }, eventPane("UDM event", event, linking))];
  const isUncounted = look.isAlone && look.number > 0;
  const alone = isUncounted ? [h("p", { class: "hint" }, ALONE)] : [];
  const warnings = account.warnings.map(({ code, text: words }) => {
    const element = h("p", { class: "alert" }, code && h("strong", {}, `${code}: `), words);
    if (code !== undefined) linking.add(element, ["duplicates"]);
    return element;
  });
  return [
    ...line,
    h(
      "p",
      { class: "kind" },
      h("strong", { id: "log-type" }, account.logType),
      h("span", { class: "quiet" }, ` ${event.metadata?.event_type}, ${event.metadata?.product_event_type}`),
    ),
    ...warnings,
    ...alone,
    h(
      "div",
      { class: "panes" },
      pane("left", fieldsView(account, linking)),
      eventPane("UDM event", event, linking, origins(account, rows)),
      pane("right", rulesView(account, linking)),
    ),
  ];
}

const eventPane = (title: string, event: object, linking: Linking, originate?: Originate): HTMLElement =>
  pane("middle", [h("h2", {}, title), ...eventView(event, linking, originate)]);

const pane = (name: string, children: readonly HTMLElement[]): HTMLElement =>
  h("div", { class: `pane ${name}` }, ...children);

function rawOf({ text, length }: Look): string {
  return text === undefined
    ? `a record of ${length} bytes, too long to be shown`
    : shortened(text, LONGEST_LINE);
}

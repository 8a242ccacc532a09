/** The report's page: reads the figures that lie in it, and shows them. */
import type { About, Figures, Report } from "../collect/figures.ts";
import { bounds } from "./bounds.ts";
import { type Child, element, newId } from "./dom.ts";
import { count, dateTime, percent, plural, shortTime, size } from "./format.ts";
import { latencies, spamScores } from "./histograms.ts";
import { notUnderstood } from "./not-understood.ts";
import { watch } from "./plot.ts";
import { rankingTable } from "./rankings.ts";
import { firedRules } from "./rules.ts";
import { table } from "./table.ts";
import { actionsOf, stagesOf, timePlots } from "./time-plots.ts";

function show(root: HTMLElement, { about, figures }: Report): void {
  root.replaceChildren(
    header(about, figures),
    section("Over time", ...timePlots(figures), stageTable(figures)),
    section("Rejected, held and failed", columns(...reasons(figures))),
    section(
      "Severity and category",
      columns(
        rankingTable(figures.severities, {
          caption: "Severity of the mail",
          value: "severity",
          none: "none.",
        }),
        rankingTable(figures.categories, { caption: "Category", value: "category", none: "none." }),
      ),
    ),
    section("Detection rules", ...firedRules(figures)),
    section(
      "Senders and recipients",
      columns(
        rankingTable(figures.senders, {
          caption: "Senders",
          value: "address",
          none: "none has a valid address.",
        }),
        rankingTable(figures.recipients, {
          caption: "Recipients",
          value: "address",
          none: "none has a valid address.",
        }),
      ),
    ),
    section(
      "Spam scores and delivery latency",
      columns(
        element("div", {}, element("h3", {}, "Spam scores"), ...spamScores(figures.spamScores)),
        element("div", {}, element("h3", {}, "Delivery latency"), ...latencies(figures.latencies)),
      ),
    ),
    section("Not understood", ...notUnderstood(figures)),
    section("How this is counted", ...bounds(about, figures)),
  );
  watch();
}

function section(title: string, ...children: readonly Child[]): HTMLElement {
  const id = newId();
  return element("section", { "aria-labelledby": id }, element("h2", { id }, title), ...children);
}

const columns = (...children: readonly Child[]): HTMLElement =>
  element("div", { class: "columns" }, ...children);

function header(about: About, figures: Figures): HTMLElement {
  const { since, until } = about;
  const { first, last } = figures.series;
  const span =
    first === undefined || last === undefined ? "no event" : `${dateTime(first)} to ${dateTime(last)}`;
  const asked =
    since === undefined && until === undefined
      ? "all times"
      : [
          since === undefined ? "" : `from ${shortTime(since)}`,
          until === undefined ? "" : `to before ${shortTime(until)}`,
        ]
          .join(" ")
          .trim();
  return element(
    "header",
    {},
    element("h1", {}, "Mimecast mail report"),
    element(
      "p",
      { class: "sub" },
      `Events of ${span} UTC. Asked for: ${asked}. `,
      `Read ${size(about.bytes)} from ${plural(about.files, "file")}: ${about.sources.join(", ")}. `,
      `Made ${dateTime(about.madeAt)} UTC by mimecast-udm ${about.version}.`,
    ),
    about.vanished > 0
      ? element(
          "p",
          { class: "warning" },
          `${plural(about.vanished, "file")} that the folder listed had been removed when it was to be read: what was in it is not here.`,
        )
      : undefined,
    element("dl", { class: "totals" }, ...totals(figures).map(total)),
  );
}

type Total = readonly [name: string, value: string, remark: string];

function totals(figures: Figures): Total[] {
  const { records, events, outOfRange, timeless, unmapped, alerting } = figures;
  const of = (action: string): number =>
    figures.stageActions.reduce((sum, each) => sum + (each.action === action ? each.count : 0), 0);
  const share = (value: number): string => (events === 0 ? "" : `${percent(value, events)} of events`);
  const action = (name: string, udm: string): Total => [name, count(of(udm)), share(of(udm))];
  return [
    ["Events", count(events), `of ${plural(records, "record")}`],
    action("Rejected", "BLOCK"),
    action("Held", "QUARANTINE"),
    action("Failed deliveries", "FAIL"),
    ["With a rule fired", count(alerting), share(alerting)],
    ["Not mapped", count(unmapped), `${percent(unmapped, records)} of records`],
    ...(outOfRange > 0 ? [["Out of range", count(outOfRange), "not counted below"] as const] : []),
    ...(timeless > 0 ? [["Without a time", count(timeless), "not counted below"] as const] : []),
  ];
}

const total = ([name, value, remark]: Total): HTMLElement =>
  element(
    "div",
    {},
    element("dt", {}, name),
    element("dd", { class: "value" }, value),
    element("dd", { class: "dim" }, remark),
  );

function stageTable(figures: Figures): HTMLElement {
  const actions = actionsOf(figures);
  const value = (stage: string, action: string): number =>
    figures.stageActions.find((each) => each.stage === stage && each.action === action)?.count ?? 0;
  return table({
    caption: "Events by stage and action",
    columns: [
      { name: "stage" },
      { name: "events", numeric: true },
      ...actions.map((name) => ({ name, numeric: true })),
    ],
    rows: stagesOf(figures).map(([stage, events]) => [
      { text: stage },
      { text: count(events), by: events },
      ...actions.map((action) => ({ text: count(value(stage, action)), by: value(stage, action) })),
    ]),
    sortedBy: 1,
    first: 12,
  });
}

function reasons({ rejections, holds, failures }: Figures): HTMLElement[] {
  const words = (caption: string, none: string) => ({ caption, value: "reason", none });
  return [
    rankingTable(rejections, words("Rejected, by reason", "nothing was rejected.")),
    rankingTable(holds, words("Held, by reason", "nothing was held.")),
    rankingTable(failures, words("Failed deliveries, by error", "no delivery failed.")),
  ];
}

const main = document.getElementById("report");
const data = document.getElementById("figures");
if (main && data) show(main, JSON.parse(data.textContent ?? "") as Report);

// The dashboard of grafana/ against the registries that the fetcher, push and run serve: it asks for metrics and labels that are
// there, shows all of them, and its expressions are PromQL. Grafana itself is not asked.

import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { promisify } from "node:util";
import { parse, stringify } from "yaml";
import * as z from "zod";
import { exportedMetrics } from "./support/exported-metrics.ts";

const DASHBOARD = "grafana/mimecast-udm.json";
/** Exported and not shown, each with the reason. */
const NOT_SHOWN = new Map<string, string>();
/** What Prometheus adds to every series when it scrapes. */
const SCRAPED = ["instance", "job"];

const datasource = z.strictObject({ type: z.literal("prometheus"), uid: z.literal(`\${datasource}`) });
const grid = z.strictObject({ x: z.int().min(0), y: z.int().min(0), w: z.int().min(1), h: z.int().min(1) });
const target = z.looseObject({
  refId: z.string(),
  datasource,
  expr: z.string(),
  legendFormat: z.string(),
});
const panel = z.looseObject({
  id: z.int().min(1),
  title: z.string().min(1),
  description: z.string().min(40),
  datasource,
  gridPos: grid,
  targets: z.array(target).min(1),
  fieldConfig: z.looseObject({ defaults: z.looseObject({ unit: z.string().min(1) }) }),
});
const row = z.looseObject({
  type: z.literal("row"),
  id: z.int().min(1),
  title: z.string(),
  gridPos: grid,
  panels: z.array(z.never()),
});
const variable = z.looseObject({
  name: z.string(),
  type: z.enum(["datasource", "query"]),
  query: z.union([z.string(), z.looseObject({ query: z.string() })]),
});
const dashboard = z
  .looseObject({
    schemaVersion: z.int().min(39),
    uid: z.string(),
    id: z.null(),
    templating: z.strictObject({ list: z.array(variable) }),
    panels: z.array(z.union([row.transform((one) => ({ kind: "row" as const, ...one })), panel])),
  })
  .parse(JSON.parse(await readFile(DASHBOARD, "utf8")));

type Panel = z.infer<typeof panel>;
const isPanel = (one: (typeof dashboard.panels)[number]): one is Panel => !("kind" in one);
const panels = dashboard.panels.filter(isPanel);
const targets = panels.flatMap(({ title, targets }) => targets.map((one) => ({ title, ...one })));
const queries = dashboard.templating.list.flatMap(({ query }) =>
  typeof query === "string" ? [] : query.query,
);

const metrics = exportedMetrics();

/** What an expression names, and how. */
function named(expr: string) {
  const selectors = [...expr.matchAll(/\b([a-z_]+)\{([^}]*)\}/g)].map(([, name = "", matchers = ""]) => ({
    name,
    labels: [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"/g)].map(([, label = ""]) => label),
  }));
  // Strings, selectors and ranges away; of what is left, a name is a function, a keyword, a label of `by`, or a bare metric.
  const rest = expr.replace(/"[^"]*"/g, "").replace(/\{[^}]*\}|\[[^\]]*\]|\$\w+/g, "");
  const by = [...rest.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = ""]) => list.split(", "));
  const words = [...rest.replace(/\bby \([^)]*\)/g, "").matchAll(/[a-z_]\w*(?!\w|\s*\()/g)].map(
    ([word]) => word,
  );
  const bare = words.filter((word) => !["unless", "or", "offset"].includes(word));
  return { selectors, by, names: [...new Set([...bare, ...selectors.map(({ name }) => name)])] };
}

describe(DASHBOARD, () => {
  it("asks for metrics that are exported, by labels that they have", () => {
    for (const { title, expr } of targets) {
      const { selectors, by, names } = named(expr);
      assert.ok(selectors.length > 0, title);
      for (const name of names) assert.ok(metrics.has(name), `${title}: ${name}`);
      for (const { name, labels } of selectors) {
        const known = [...(metrics.get(name)?.labelNames ?? []), ...SCRAPED];
        for (const label of [...labels, ...by])
          assert.ok(known.includes(label), `${title}: ${name} has no ${label}`);
      }
    }
  });

  it("fills its variables from metrics that are exported, by labels that they have", () => {
    for (const query of queries) {
      const names = query.match(/mimecast_udm_\w+/g) ?? [];
      const [, label = ""] = /, (\w+)\)$/.exec(query) ?? [];
      assert.ok(names.length > 0);
      for (const name of names) {
        assert.ok(
          [...(metrics.get(name)?.labelNames ?? []), ...SCRAPED].includes(label),
          `${name}: ${label}`,
        );
      }
    }
  });

  it("shows every metric that is exported, but those left out for a reason", () => {
    const shown = new Set(targets.flatMap(({ expr }) => named(expr).names));
    const absent = [...metrics.keys()].filter((name) => !shown.has(name) && !NOT_SHOWN.has(name));
    assert.deepEqual(absent, [], `give each a panel in ${DASHBOARD}, or a reason in NOT_SHOWN`);
    for (const name of NOT_SHOWN.keys()) assert.ok(metrics.has(name) && !shown.has(name), name);
  });

  it("can be narrowed to instances, and to accounts where a metric has them", () => {
    for (const { title, expr } of targets) {
      for (const [, name = "", matchers = ""] of expr.matchAll(/\b([a-z_]+)\{([^}]*)\}/g)) {
        assert.ok(matchers.includes('instance=~"$instance"'), title);
        const has = metrics.get(name)?.labelNames.includes("account") ?? false;
        assert.equal(matchers.includes('account=~"$account"'), has, title);
      }
    }
  });

  it("takes rates of counters, and gauges as they are", () => {
    for (const { title, expr } of targets) {
      const rated = new Set([...expr.matchAll(/\b(?:rate|increase)\((\w+)/g)].map(([, name = ""]) => name));
      for (const name of named(expr).names)
        assert.equal(rated.has(name), metrics.get(name)?.type === "counter", title);
    }
  });

  it("names series by labels that they still have", () => {
    for (const { title, expr, legendFormat } of targets) {
      const { by } = named(expr);
      const labels = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = ""]) => label);
      assert.ok(labels.length > 0, title);
      for (const label of labels) assert.ok(by.includes(label), `${title}: ${label}`);
    }
  });

  it("asks one data source, which is a variable", () => {
    const [first] = dashboard.templating.list;
    assert.deepEqual([first?.name, first?.type, first?.query], ["datasource", "datasource", "prometheus"]);
  });

  it("numbers its panels, and lays them beside each other", () => {
    assert.equal(new Set(dashboard.panels.map(({ id }) => id)).size, dashboard.panels.length);
    const cells = new Map<string, string>();
    for (const { title, gridPos } of dashboard.panels) {
      assert.ok(gridPos.x + gridPos.w <= 24, title);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          assert.equal(cells.get(`${x},${y}`), undefined, title);
          cells.set(`${x},${y}`, title);
        }
      }
    }
  });

  it("speaks of alerts that deploy/alerts.yaml has", async () => {
    const alerts = parse(await readFile("deploy/alerts.yaml", "utf8")) as {
      groups: { rules: { alert: string }[] }[];
    };
    const known = alerts.groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));
    const spoken = panels.flatMap(({ description }) => description.match(/\bMimecast[A-Z]\w+/g) ?? []);
    assert.ok(spoken.length > 0);
    for (const alert of spoken) assert.ok(known.includes(alert), alert);
  });

  const promtool = spawnSync("promtool", ["--version"]).error ? "there is no promtool here" : false;

  it("has expressions that promtool takes", { skip: promtool }, async (t) => {
    const rules = targets.map(({ expr }, index) => ({ record: `panel:${index}`, expr: filled(expr) }));
    const file = await written(t, { groups: [{ name: "dashboard", rules }] });
    const { stdout } = await promisify(execFile)("promtool", ["check", "rules", file]);
    assert.match(stdout, new RegExp(`SUCCESS: ${targets.length} rules found`));
  });

  it("counts the event with which a counter appears, and none of before", { skip: promtool }, async (t) => {
    const expr = targets.find(({ title }) => title === "Files lost")?.expr;
    assert.ok(expr);
    const series = (account: string, values: string) => ({
      series: `mimecast_udm_lost_files_total{account="${account}", instance="a", job="b"}`,
      values,
    });
    const test = {
      interval: "1m",
      input_series: [series("new", "_x100 1x1440"), series("old", "2x1540")],
      promql_expr_test: [
        {
          expr: filled(expr),
          eval_time: "1500m",
          exp_samples: [
            { labels: '{account="new"}', value: 1 },
            { labels: '{account="old"}', value: 0 },
          ],
        },
      ],
    };
    const file = await written(t, { rule_files: [], evaluation_interval: "1m", tests: [test] });
    const { stdout } = await promisify(execFile)("promtool", ["test", "rules", file]);
    assert.match(stdout, /SUCCESS/);
  });
});

/** What Grafana puts in the place of its variables. */
const filled = (expr: string): string =>
  expr
    .replaceAll("$__rate_interval", "5m")
    .replaceAll("$__range", "1d")
    .replace(/\$(instance|account)/g, ".*");

async function written(t: TestContext, content: unknown): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mimecast-udm-grafana-"));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, "rules.yaml");
  await writeFile(file, stringify(content));
  return file;
}

describe("the reading of expressions", () => {
  it("finds metrics with and without selectors, their labels, and labels of by", () => {
    const expr = 'sum by (a, b) (rate(m_one{x=~"y.*", z!="1"}[5m])) or m_two offset $__range';
    assert.deepEqual(named(expr), {
      selectors: [{ name: "m_one", labels: ["x", "z"] }],
      by: ["a", "b"],
      names: ["m_one", "m_two"],
    });
  });
});

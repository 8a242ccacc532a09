// A report's figures against two other counts of what `convert` writes: a plain one, and jq's.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Figures, Ranking } from "../../report/collect/figures.ts";
import { call, folder } from "../cli/harness.ts";
import { executable } from "../support/executable.ts";
import { DAY, hostileLines, mixedInput, reportOf, WEEK } from "./harness.ts";
import { type Counts, countBy, type Event, isEvent, parse, timeOf, top, VALUES } from "./plain-count.ts";

const JQ = executable("jq", "JQ");
const SHOWN = 50;
const RANKINGS = [
  "rejections",
  "holds",
  "failures",
  "severities",
  "categories",
  "senders",
  "recipients",
  "unknownKeys",
] as const;

const INPUTS = {
  "the mixed set": mixedInput,
  "hostile lines": () => Buffer.from(hostileLines().join("\n")),
} as const;

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

function assertRanking(name: string, ranking: Ranking, counts: Counts): void {
  assert.equal(ranking.exact, true, name);
  assert.equal(ranking.total, sumOf(Object.values(counts)), name);
  assert.equal(ranking.held, Object.keys(counts).length, name);
  // What is longer than 256 characters is held by its beginning and hash.
  const shown = ranking.top.map(({ value, count }) => [value.replace(/…\[\d+ more, sha256 .*/s, ""), count]);
  const expected = top(counts, SHOWN).map(([value, count]) => [
    value.length > 256 ? value.slice(0, 160) : value,
    count,
  ]);
  assert.deepEqual(shown, expected, name);
}

/** By name, how often each value of a filter comes over all events. */
function countsOfJq<K extends string>(
  ndjson: string,
  filters: Record<K, string>,
): Partial<Record<K, Counts>> {
  const pairs = Object.entries(filters).map(([name, filter]) => `((${filter}) | ["${name}", .])`);
  const events = 'inputs | select(has("mimecast_error") | not)';
  const program = `reduce (${events} | ${pairs.join(", ")}) as [$name, $value] ({}; .[$name][$value] += 1)`;
  const { stdout, stderr } = spawnSync(JQ as string, ["-n", program], {
    input: ndjson,
    encoding: "utf8",
    maxBuffer: 1e9,
  });
  assert.equal(stderr, "");
  return JSON.parse(stdout) as Partial<Record<K, Counts>>;
}

for (const [title, input] of Object.entries(INPUTS)) {
  describe(`a report of ${title}`, () => {
    let directory: string;
    let figures: Figures;
    let ndjson: string;
    let all: Event[];
    let events: Event[];
    let fromEvents: Figures;

    before(async () => {
      directory = await mkdtemp(join(tmpdir(), "mimecast-udm-"));
      const path = (name: string): string => join(directory, name);
      await writeFile(path("in.siem"), input());
      ndjson = (await call(["convert", path("in.siem")])).out;
      await writeFile(path("in.ndjson"), ndjson);
      await call(["report", path("in.siem"), "-o", path("report.html")]);
      await call(["report", "--events", path("in.ndjson"), "-o", path("events.html")]);
      figures = reportOf(path("report.html")).figures;
      fromEvents = reportOf(path("events.html")).figures;
      all = parse(ndjson);
      events = all.filter(isEvent);
    });

    after(() => rm(directory, { recursive: true }));

    it("counts records, events, and those that could not be mapped", () => {
      assert.equal(figures.records, all.length);
      assert.equal(figures.events, events.length);
      assert.equal(figures.unmapped, all.length - events.length);
      assert.ok(figures.events > 10 && figures.unmapped > 0);
    });

    it("is the same from convert's output", () => assert.deepEqual(fromEvents, figures));

    for (const name of RANKINGS) {
      it(`counts ${name} as a plain count does`, () =>
        assertRanking(name, figures[name], countBy(events, VALUES[name])));
    }

    it("counts stages and actions", () => {
      const counts = countBy(events, VALUES.stageActions);
      assert.deepEqual(
        figures.stageActions.map(({ stage, action, count }) => [`${stage}\t${action}`, count]),
        top(counts, 1000),
      );
      assert.equal(sumOf(Object.values(counts)), figures.events);
    });

    it("has each event in the bucket of its time", () => {
      const { width, names, buckets, outside } = figures.series;
      const truth = countBy(events, (event) => {
        const from = Math.floor(timeOf(event) / width) * width;
        return [`${from}\t${VALUES.stageActions(event)[0]}`];
      });
      let seen = 0;
      for (const { from, counts } of buckets) {
        counts.forEach((count, index) => {
          assert.equal(count, truth[`${from}\t${names[index]}`] ?? 0);
          seen += count;
        });
      }
      assert.equal(seen + outside, events.length);
    });

    it("counts rules, and lists the latest events of each", () => {
      const counts = countBy(events, VALUES.rules);
      assert.deepEqual(Object.fromEntries(figures.rules.map(({ id, count }) => [id, count])), { ...counts });
      assert.equal(figures.alerting, events.filter((event) => event.security_result.length > 1).length);
      for (const rule of figures.rules) {
        const fired = events
          .filter((event) => VALUES.rules(event).includes(rule.id))
          .sort((a, b) => timeOf(b) - timeOf(a))
          .slice(0, 50);
        assert.deepEqual(
          rule.events.map(({ time, recipients }) => [time, recipients]),
          fired.map((event) => [timeOf(event), Math.max(0, (event.network?.email?.to?.length ?? 0) - 1)]),
        );
        assert.ok(
          rule.events.every(({ sender = "", subject = "" }) => sender.length < 200 && subject.length < 200),
        );
      }
    });

    it("counts spam scores and latencies in their bins", () => {
      const scores = events.flatMap((event) => {
        const details: string = event.security_result[0].severity_details ?? "";
        const parts = details.split("SpamScore=");
        return parts.length > 1 ? [parts.at(-1) as string] : [];
      });
      const latencies = events.flatMap(({ additional }) =>
        [additional.Latency, additional.deliveryTime].filter((value) => value !== undefined),
      );
      for (const [histogram, values] of [
        [figures.spamScores, scores],
        [figures.latencies, latencies],
      ] as const) {
        const numbers = values.filter((value) => /^-?[0-9]{1,15}([.][0-9]{1,9})?$/.test(value)).map(Number);
        assert.equal(histogram.total, numbers.length);
        assert.equal(histogram.unreadable, values.length - numbers.length);
        histogram.counts.forEach((count, bin) => {
          const low = histogram.edges[bin - 1] ?? Number.NEGATIVE_INFINITY;
          const high = histogram.edges[bin] ?? Number.POSITIVE_INFINITY;
          assert.equal(
            count,
            numbers.filter((value) => low <= value && value < high).length,
            `${low}..${high}`,
          );
        });
      }
    });

    it("counts records that could not be mapped by their code, with the first of each", () => {
      const unmapped = all.filter((event) => !isEvent(event));
      const counts = countBy(unmapped, (event) => [event.mimecast_error.code]);
      assert.deepEqual(Object.fromEntries(figures.unmappedCodes.map(({ code, count }) => [code, count])), {
        ...counts,
      });
      for (const { code, samples } of figures.unmappedCodes) {
        const first = unmapped.filter((event) => event.mimecast_error.code === code).slice(0, 10);
        assert.equal(samples.length, first.length);
        first.forEach((event, index) => {
          assert.ok(samples[index]?.startsWith(event.log.slice(0, 400)), samples[index]);
        });
      }
    });

    it("counts what is odd", () => {
      const having = (test: (event: Event) => boolean): number => events.filter(test).length;
      assert.equal(
        figures.withDuplicates,
        having((event) =>
          (event.security_result[0].detection_fields ?? []).some(
            (field: Event) => field.key === "parser_duplicate_keys",
          ),
        ),
      );
      assert.equal(
        figures.withUnparsed,
        having((event) => event.additional.unparsed !== undefined),
      );
      assert.equal(
        figures.withUnknownKeys,
        having((event) => VALUES.unknownKeys(event).length > 0),
      );
      assert.equal(
        figures.withUnreadableTime,
        having(({ additional }) => additional.datetime !== undefined || additional.timestamp !== undefined),
      );
    });

    it("agrees with jq", { skip: JQ === undefined ? "no jq on PATH, nor in JQ" : false }, () => {
      const result = ".security_result[0]";
      const reason = (action: string, value: string): string =>
        `${result} | select(.action[0]? == "${action}") | ${value} // "(none)"`;
      const rankings = {
        rejections: reason("BLOCK", ".category_details[0]? // .summary"),
        holds: reason("QUARANTINE", ".category_details[-1]? // .summary"),
        failures: reason("FAIL", ".summary // .category_details[0]?"),
        severities: `${result}.severity`,
        senders: ".network.email.from // empty",
        recipients: ".network.email.to[]?",
      } as const;
      const counts = countsOfJq(ndjson, {
        ...rankings,
        rules: ".security_result[1:][].rule_id",
        stageActions: `.additional.mimecast_log_type + "\\t" + (${result}.action[0]? // "(none)")`,
      });
      for (const name of Object.keys(rankings) as (keyof typeof rankings)[]) {
        assertRanking(name, figures[name], counts[name] ?? {});
      }
      assert.deepEqual(
        Object.fromEntries(figures.rules.map(({ id, count }) => [id, count])),
        counts.rules ?? {},
      );
      assert.deepEqual(
        Object.fromEntries(
          figures.stageActions.map(({ stage, action, count }) => [`${stage}\t${action}`, count]),
        ),
        counts.stageActions,
      );
    });
  });
}

describe("a range of time", () => {
  it("counts what lies in it by the events' own time, its end left out", async (context) => {
    const path = await folder(context);
    await writeFile(path("in.siem"), mixedInput());
    const all = parse((await call(["convert", path("in.siem")])).out).filter(isEvent);
    const [since, until] = [WEEK + DAY + 123_000, WEEK + 3 * DAY];
    const iso = (time: number): string => new Date(time).toISOString();
    const range = ["--since", iso(since), "--until", iso(until)];
    await call(["report", path("in.siem"), ...range, "-o", path("report.html")]);
    const { figures, about } = reportOf(path("report.html"));
    const events = all.filter((event) => timeOf(event) >= since && timeOf(event) < until);
    assert.ok(events.length > 1000);
    assert.equal(figures.events, events.length);
    assert.equal(figures.outOfRange, all.length - events.length);
    assert.deepEqual([about.since, about.until], [since, until]);
    assertRanking("senders", figures.senders, countBy(events, VALUES.senders));
    assertRanking("severities", figures.severities, countBy(events, VALUES.severities));
    const times = events.map(timeOf);
    assert.deepEqual([figures.series.first, figures.series.last], [Math.min(...times), Math.max(...times)]);
  });

  it("takes an event at its first moment, and none at its end", async (context) => {
    const path = await folder(context);
    const at = "2026-11-20T10:00:00";
    await writeFile(path("in.siem"), `datetime=${at}+0000|acc=1|Act=Acc`);
    const seen = async (...range: string[]): Promise<number> => {
      await call(["report", path("in.siem"), "-o", path("report.html"), ...range]);
      return reportOf(path("report.html")).figures.events;
    };
    assert.equal(await seen("--since", `${at}Z`), 1);
    assert.equal(await seen("--since", at), 1, "without an offset it is UTC");
    assert.equal(await seen("--since", "2026-11-20T11:00:00+01:00"), 1);
    assert.equal(await seen("--until", `${at}Z`), 0);
    assert.equal(await seen("--since", "2026-11-20", "--until", "2026-11-21"), 1);
    assert.equal(await seen("--until", "2026-11-20"), 0);
  });
});

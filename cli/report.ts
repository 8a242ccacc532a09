/** `mimecast-udm report`: what a spool holds, as one page. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { ExplainModule } from "../host/explain.ts";
import { MAX_RECORD, MimecastModule } from "../host/module.ts";
import packageJson from "../package.json" with { type: "json" };
import { Collector } from "../report/collect/collector.ts";
import { cut } from "../report/collect/cut.ts";
import type { About } from "../report/collect/figures.ts";
import { Lines, wholeLines } from "../report/collect/ndjson.ts";
import { vocabularyOf } from "../report/collect/unknown.ts";
import { page } from "../report/page/page.ts";
import { CliError } from "./errors.ts";
import { EXIT, type ExitStatus } from "./exit.ts";
import { instant } from "./instant.ts";
import type { Io } from "./io.ts";
import { Progress } from "./progress.ts";
import { openReportSources, type ReportSource } from "./report-sources.ts";
import { Sink } from "./sink.ts";
import { STDIN } from "./sources.ts";
import { type Target, targetOf, writeWhole } from "./whole-file.ts";

interface Options {
  readonly output: string;
  readonly since?: number;
  readonly until?: number;
  readonly events?: true;
}

const HELP = `
FILE is a log as Mimecast's API gives it, or a folder: of that, every file *.siem is read (with --events *.ndjson and *.jsonl). - or
nothing is standard input. TIME is ISO 8601, as 2026-11-20 or 2026-11-20T16:47:41+01:00; without an offset it is UTC. Events are
taken by their own time, metadata.event_timestamp: from --since on, and before --until. The page needs nothing but itself.`;

/** Names of sources on the page. */
const MOST_NAMES = 12;
const LONGEST_NAME = 120;

/** Adds the command; `done` is told the exit status. */
export function addReport(program: Command, io: Io, done: (status: ExitStatus) => void): void {
  program
    .command("report")
    .summary("write one HTML page of what a spool holds")
    .description("Writes one HTML page of what a spool, or a range of time in it, holds.")
    .argument("[FILE...]", "logs to read, or folders with them")
    .requiredOption("-o, --output <file>", "where the page goes; - is standard output")
    .addOption(new Option("--since <time>", "the first time that counts").argParser(time))
    .addOption(new Option("--until <time>", "the first time that does not count any more").argParser(time))
    .option("--events", "the files hold UDM events, one JSON object a line, as convert writes them")
    .addHelpText("after", HELP)
    .action(async (files: string[], options: Options) => {
      checkRange(options);
      const sources = await openReportSources(files, options.events === true, io);
      const target = await checkedTarget(options.output, sources);
      const explain = await ExplainModule.load(new URL("mimecast-explain.wasm", io.modules));
      const collector = new Collector(vocabularyOf(explain.describe()), options);
      const progress = new Progress(io.stderr, sources, () => performance.now());
      try {
        if (options.events) await collectEvents(collector, sources, progress);
        else {
          const module = await MimecastModule.loadFastest(io.modules);
          await collect(module, collector, sources, progress);
        }
      } finally {
        progress.end();
      }
      const about = aboutOf(files, options, progress, sources, io);
      await write(target, page({ about, figures: collector.figures() }), io);
      if (collector.unmapped > 0) await new Sink(io.stderr).write(`mimecast-udm: ${summary(collector)}\n`);
      done(collector.unmapped > 0 ? EXIT.unmapped : EXIT.ok);
    });
}

/** Counts the event of every record of the sources. */
export async function collect(
  module: MimecastModule,
  collector: Collector,
  sources: readonly ReportSource[],
  progress: Progress,
): Promise<void> {
  for (const source of sources) {
    const feed = module.feed("udm", source.time);
    for await (const bytes of source.chunks()) {
      for (const { output } of feed.push(bytes)) addLines(collector, output);
      progress.add(bytes.length);
    }
    for (const { output } of feed.end()) addLines(collector, output);
  }
}

/** Counts events that were written by `convert`, or by a shipper. */
export async function collectEvents(
  collector: Collector,
  sources: readonly ReportSource[],
  progress: Progress,
): Promise<void> {
  for (const source of sources) {
    const lines = new Lines(2 * MAX_RECORD);
    const add = (line: string | undefined): void => {
      if (line === undefined) collector.addTooLong();
      else collector.addLine(line);
    };
    for await (const bytes of source.chunks()) {
      for (const line of lines.push(bytes)) add(line);
      progress.add(bytes.length);
    }
    for (const line of lines.end()) add(line);
  }
}

function addLines(collector: Collector, output: Uint8Array): void {
  for (const line of wholeLines(output)) collector.addLine(line);
}

/** Where the page goes; `undefined` for standard output. */
async function checkedTarget(output: string, sources: readonly ReportSource[]): Promise<Target | undefined> {
  if (output === STDIN) return undefined;
  const target = await targetOf(output);
  if (target.identity !== undefined && sources.some(({ identity }) => identity === target.identity)) {
    throw new CliError(`${output} is one of the logs to be read`, {
      code: "output_is_input",
      remedy: "give the page a name of its own",
    });
  }
  return target;
}

async function write(target: Target | undefined, html: string, io: Io): Promise<void> {
  if (target === undefined) await new Sink(io.stdout).write(html);
  else await writeWhole(target, html);
}

function aboutOf(
  files: readonly string[],
  { since, until }: Options,
  progress: Progress,
  sources: readonly ReportSource[],
  io: Io,
): About {
  const names = files.length === 0 ? [STDIN] : files;
  const shown = names
    .slice(0, MOST_NAMES)
    .map((name) => (name === STDIN ? "standard input" : cut(name, LONGEST_NAME)));
  const left = names.length - shown.length;
  return {
    version: packageJson.version,
    madeAt: io.startedAt.sec * 1000,
    sources: left > 0 ? [...shown, `and ${left} more`] : shown,
    files: sources.filter(({ vanished }) => !vanished()).length,
    bytes: progress.bytes,
    vanished: sources.filter(({ vanished }) => vanished()).length,
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  };
}

function checkRange({ since, until }: Options): void {
  if (since !== undefined && until !== undefined && since >= until) {
    throw new CliError("--since is not before --until", {
      code: "range_empty",
      remedy: "give a range that has room for an event",
    });
  }
}

function time(given: string): number {
  const found = instant(given);
  if (found === undefined) {
    throw new InvalidArgumentError("It is no time; write it as 2026-11-20 or 2026-11-20T16:47:41+01:00.");
  }
  return found;
}

function summary({ unmapped, records }: Collector): string {
  return `${unmapped} of ${records} records could not be mapped; the page lists them by mimecast_error`;
}

/** `mimecast-udm convert`: Mimecast's logs in, newline-delimited JSON out. */
import { type Command, Option } from "commander";
import { MAPPING_FUNCTIONS, type MappingFunction, MimecastModule } from "../host/module.ts";
import { EXIT, type ExitStatus } from "./exit.ts";
import type { Io } from "./io.ts";
import { Sink } from "./sink.ts";
import { openSources, type Source } from "./sources.ts";

/** How many records there were, and how many of them were written with `mimecast_error`. */
export interface Counts {
  readonly records: number;
  readonly unmapped: number;
}

const HELP = `
FILE is a log as Mimecast's API gives it, - or nothing is standard input. Records without a time get that of their file's
last change; from standard input, that of the start of the command. Records that cannot be mapped are written too, as they
came, with the member mimecast_error; for alerts they are left out.`;

/** Adds the command; `done` is told the exit status. */
export function addConvert(program: Command, io: Io, done: (status: ExitStatus) => void): void {
  program
    .command("convert")
    .summary("write the UDM event of every record, one JSON object a line")
    .description("Writes the UDM event of every record to standard output, one JSON object a line.")
    .argument("[FILE...]", "logs to read")
    .addOption(
      new Option(
        "--function <name>",
        "udm: UDM events; plain: without detection rules; alerts: only where a rule fires; fields: the decoded lines",
      )
        .choices(MAPPING_FUNCTIONS)
        .default("udm"),
    )
    .addHelpText("after", HELP)
    .action(async (files: string[], options: { function: MappingFunction }) => {
      const sources = await openSources(files, io);
      const module = await MimecastModule.loadFastest(io.modules);
      const counts = await convert(module, sources, options.function, new Sink(io.stdout));
      if (counts.unmapped > 0)
        await new Sink(io.stderr).write(`mimecast-udm: ${summary(counts, options.function)}\n`);
      done(counts.unmapped > 0 ? EXIT.unmapped : EXIT.ok);
    });
}

/** Maps every record of the sources, in their order. */
export async function convert(
  module: MimecastModule,
  sources: readonly Source[],
  wanted: MappingFunction,
  sink: Sink,
): Promise<Counts> {
  let records = 0;
  let unmapped = 0;
  for (const source of sources) {
    const feed = module.feed(wanted, source.time);
    for await (const bytes of source.chunks()) {
      for (const batch of feed.push(bytes)) {
        records += batch.records;
        unmapped += batch.unmapped;
        await sink.write(batch.output);
      }
    }
    for (const batch of feed.end()) {
      records += batch.records;
      unmapped += batch.unmapped;
      await sink.write(batch.output);
    }
  }
  return { records, unmapped };
}

/** What is said of records that could not be mapped. */
export function summary({ records, unmapped }: Counts, wanted: MappingFunction): string {
  const left = unmapped === 1 ? "it was" : "each was";
  const how = wanted === "alerts" ? "left out" : "written with mimecast_error";
  return `${unmapped} of ${records} records could not be mapped; ${left} ${how}`;
}

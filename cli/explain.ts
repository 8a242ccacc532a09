/** `mimecast-udm explain`: for a person, what becomes of one line and why. */
import type { Command } from "commander";
import { account } from "../explain/account.ts";
import type { UdmEvent } from "../explain/event.ts";
import { ExplainModule } from "../host/explain.ts";
import { MAX_RECORD, MimecastModule } from "../host/module.ts";
import { CliError } from "./errors.ts";
import { EXIT, type ExitStatus } from "./exit.ts";
import { explained, refused } from "./explanation.ts";
import type { Io } from "./io.ts";
import { paint } from "./paint.ts";
import { Sink } from "./sink.ts";
import { readStdin, STDIN } from "./sources.ts";

const HELP = `
LINE is one record, - is standard input. For each field it tells the value, where in the event it went, and who says so:
  G    Google's published field mapping for MIMECAST_MAIL (2023-03-31)
  G+   Google's later change log (2025-04-23, 2025-07-01)
  own  decided by this project, because Google's parser is not public
The tables of actions and categories that it names are in docs/mapping.md. For each detection rule
(docs/rules.md) it tells whether it fires or the first thing that it lacks. Characters that a terminal
would act upon are shown as \\uXXXX, and long values without their middle. NO_COLOR forbids colours.`;

/** Adds the command; `done` is told the exit status. */
export function addExplain(program: Command, io: Io, done: (status: ExitStatus) => void): void {
  program
    .command("explain")
    .summary("tell a person what becomes of one line, and why")
    .description(
      "Tells what becomes of one line, field by field, which detection rules fire on it, and shows its event.",
    )
    .argument("<LINE>", "a record, or - for standard input")
    .addHelpText("after", HELP)
    .action(async (line: string) => {
      const bytes = line === STDIN ? await readLine(io) : Buffer.from(line);
      done(await explain(bytes, io));
    });
}

/** Writes what becomes of the record. */
export async function explain(line: Uint8Array, io: Io): Promise<ExitStatus> {
  const module = await MimecastModule.loadFastest(io.modules);
  const { output, records, unmapped } = module.batch(line, "udm", io.startedAt);
  checkCount(records, line, module, io);
  const event = JSON.parse(Buffer.from(output).toString("utf8")) as UdmEvent;
  const stdout = new Sink(io.stdout);
  if (unmapped > 0) {
    await stdout.write(paint(refused(event), io.colour));
    return EXIT.unmapped;
  }
  const asked = await ExplainModule.load(new URL("mimecast-explain.wasm", io.modules));
  const explanation = asked.explain(line, io.startedAt);
  await stdout.write(paint(explained(account(event, explanation, asked.describe())), io.colour));
  return EXIT.ok;
}

/** One record is asked for; a member of API 1.0 with one object in it is none, since it would have to be unrolled. */
function checkCount(records: number, line: Uint8Array, module: MimecastModule, io: Io): void {
  if (records === 0) {
    throw new CliError("there is no record to explain: the line is empty", {
      code: "no_record",
      remedy: "give one line of a log, in quotes, or - and the line on standard input",
    });
  }
  if (records > 1 || holdsSeveral(line, module, io)) {
    throw new CliError("explain takes one record, and the line holds several or a member of API 1.0", {
      code: "several_records",
      remedy: "mimecast-udm convert splits them; explain one of the records",
    });
  }
}

/** Asks the door that never splits. */
function holdsSeveral(line: Uint8Array, module: MimecastModule, io: Io): boolean {
  const record = JSON.stringify({ log: Buffer.from(line).toString("utf8") });
  const answer = JSON.parse(module.filter(Buffer.from(record), "udm", io.startedAt)) as UdmEvent;
  return answer.mimecast_error?.code === "several_records";
}

async function readLine(io: Io): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const bytes of readStdin(io)) {
    parts.push(bytes);
    size += bytes.length;
    if (size > MAX_RECORD) {
      throw new CliError(`standard input is longer than a record can be, ${MAX_RECORD} bytes`, {
        code: "several_records",
        remedy: "give explain one line of it",
      });
    }
  }
  return Buffer.concat(parts);
}

/** The command line: which subcommands there are, and what a failure becomes for the caller. */
import type { Writable } from "node:stream";
import { Command, CommanderError } from "commander";
import { ModuleError } from "../host/errors.ts";
import packageJson from "../package.json" with { type: "json" };
import { visible } from "../runtime/visible.ts";
import { addCheck } from "./check.ts";
import { addConvert } from "./convert.ts";
import { CliError, OutputClosedError } from "./errors.ts";
import { EXIT, EXIT_HELP, type ExitStatus } from "./exit.ts";
import { addExplain } from "./explain.ts";
import { addFetch } from "./fetch.ts";
import type { Io } from "./io.ts";
import { addPush } from "./push.ts";
import { addReport } from "./report.ts";
import { addRun } from "./run.ts";
import { Sink } from "./sink.ts";

const SUBCOMMANDS = [addConvert, addExplain, addReport, addFetch, addCheck, addPush, addRun];

/** Runs the command with the arguments behind its name. Resolves to its exit status, whatever happens. */
export async function run(args: readonly string[], io: Io): Promise<ExitStatus> {
  let status: ExitStatus = EXIT.ok;
  const texts = { out: "", err: "" };
  const program = build(io, texts, (told) => {
    status = told;
  });
  try {
    await program.parseAsync(args, { from: "user" });
    return status;
  } catch (error) {
    return await report(error, io, texts);
  }
}

/** What commander has to say is collected, since it would not wait for a stream. */
function build(io: Io, texts: { out: string; err: string }, done: (status: ExitStatus) => void): Command {
  const program = new Command("mimecast-udm")
    .description("Turns Mimecast log lines into Google SecOps UDM events.")
    .showHelpAfterError("mimecast-udm --help tells what it takes")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        texts.out += text;
      },
      writeErr: (text) => {
        texts.err += text;
      },
      outputError: (text, write) => write(`mimecast-udm: ${lines(text.replace(/^error: /, ""))}`),
    });
  for (const add of SUBCOMMANDS) add(program, io, done);
  for (const command of [program, ...program.commands]) {
    command.version(packageJson.version).addHelpText("after", EXIT_HELP);
  }
  return program;
}

/** Tells the caller what failed. Where nobody listens any more, the status alone has to do. */
async function report(error: unknown, io: Io, texts: { out: string; err: string }): Promise<ExitStatus> {
  if (error instanceof OutputClosedError) return EXIT.ok;
  if (error instanceof CommanderError) {
    await tell(io.stderr, texts.err);
    await tell(io.stdout, texts.out);
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  await tell(io.stderr, `mimecast-udm: ${lines(described(error))}\n`);
  return error instanceof CliError ? error.exitStatus : EXIT.failed;
}

async function tell(stream: Writable, text: string): Promise<void> {
  try {
    if (text !== "") await new Sink(stream).write(text);
  } catch (error) {
    if (!(error instanceof OutputClosedError || error instanceof CliError)) throw error;
  }
}

function described(error: unknown): string {
  if (error instanceof CliError) return `${error.message}; ${error.remedy}`;
  if (error instanceof ModuleError) return error.message;
  const story = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `this should not happen; please report it:\n${story}`;
}

/** A text for the terminal: names of files stand in it, which strangers may have chosen. */
function lines(text: string): string {
  return text.split("\n").map(visible).join("\n");
}

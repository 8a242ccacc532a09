/** `mimecast-udm push`: the spool's events to Vector, or to another HTTP receiver, as a service or once. */
import { type Command, Option } from "commander";
import { MAPPING_FUNCTIONS, MimecastModule } from "../host/module.ts";
import packageJson from "../package.json" with { type: "json" };
import type { PushConfig, PushFlags } from "../vector/config.ts";
import { EXIT, type ExitStatus } from "./exit.ts";
import type { Io } from "./io.ts";
import { statusOf } from "./run.ts";
import { configured, serviceRun } from "./service.ts";

const HELP = `
Settings come from these options, then from the environment (MIMECAST_PUSH_URL for --url, and so on; MIMECAST_SPOOL,
MIMECAST_CONFIG, MIMECAST_LOG_LEVEL), then from the section push of the YAML file. The value of an Authorization header comes
from MIMECAST_PUSH_AUTHORIZATION, from the file that MIMECAST_PUSH_AUTHORIZATION_FILE names, or from the systemd credential
push.authorization, never from the command line. Logs go to standard error; nothing is written to standard output.

With --once the exit status says:
  0  everything that was there is delivered
  1  something could not be delivered; the next run goes on there
  2  the configuration has a problem
  3  everything is delivered, but some records could not be mapped, or some events are in rejected/`;

type Flags = PushFlags & { readonly once?: true; readonly stopWithParent?: true };

/** Beyond the grace, for what has nothing to do with the receiver. */
const LAST_GRACE = 5_000;

/** Adds the command; `done` is told the exit status. */
export function addPush(program: Command, io: Io, done: (status: ExitStatus) => void): void {
  program
    .command("push")
    .summary("deliver the spool's events to Vector, or to another HTTP receiver")
    .description(
      "Maps the files of the spool, posts their events as JSON lines, and moves on only when they are acknowledged.",
    )
    .option("--config <file>", "YAML file with the settings")
    .option("--spool <folder>", "where complete *.siem files are")
    .option("--url <url>", "the receiver (http://127.0.0.1:8687/)")
    .addOption(new Option("--function <name>", "what is delivered (udm)").choices(MAPPING_FUNCTIONS))
    .option("--state <folder>", "where it keeps its place (<spool>/.push)")
    .option("--lanes <number>", "files and requests at once (4)")
    .option("--batch <size>", "bytes of events from which on a batch is sent (1M)")
    .option("--max-wait <time>", "how long a batch that is not full waits for more (1s)")
    .option("--scan <time>", "how often to look for new files (1s)")
    .option("--timeout <time>", "for an answer, which comes when the sinks have the events (1h)")
    .option("--gzip", "pack the bodies")
    .option("--done <what>", "with delivered files: keep, delete or move (keep)")
    .option("--done-folder <folder>", "where they are moved to (<spool>/done)")
    .option("--authorization-file <file>", "holds the value of the Authorization header")
    .option("--ca-file <file>", "PEM file of a certificate authority to trust as well")
    .option("--plain-http", "allow http:// to another machine")
    .option("--grace <time>", "for what is on its way when it is asked to stop (10s)")
    .option("--listen <[host:]port>", "serve /metrics and /healthz")
    .option("--log-level <level>", "debug, info, warn or error (info)")
    .option("--once", "deliver what is there, then end")
    .option("--stop-with-parent", "end when the process that started this one is gone")
    .addHelpText("after", HELP)
    .action(async ({ once, stopWithParent, ...flags }: Flags) => {
      const config = await configured(async () => {
        // Loaded where they are needed, since the other subcommands start in half the time without them.
        const { loadPushConfig } = await import("../vector/config.ts");
        return await loadPushConfig(flags, process.env);
      }, io);
      if (config === undefined) return done(EXIT.usage);
      done(await deliver(config, once === true, stopWithParent === true, io));
    });
}

function deliver(config: PushConfig, once: boolean, stopsWithParent: boolean, io: Io): Promise<ExitStatus> {
  const service = {
    once,
    logLevel: config.logLevel,
    graceMs: config.delivery.graceMs + LAST_GRACE,
    stopsWithParent,
    stopping: "stopping; what is on its way may arrive",
    failing: "delivery cannot go on; nothing is lost, the next start goes on where it stopped",
  };
  return serviceRun(service, io, async ({ log, clock, signal }) => {
    const { push } = await import("../vector/push.ts");
    const module = await MimecastModule.loadFastest(io.modules);
    const outcome = await push({ config, module, clock, log, version: packageJson.version, once }, signal);
    log.info(outcome, "ended");
    if (!once) return EXIT.ok;
    return signal.aborted ? EXIT.failed : statusOf(outcome);
  });
}

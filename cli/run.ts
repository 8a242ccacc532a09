/** `mimecast-udm run`: fetcher, module and an output in one process. */
import { type Command, Option } from "commander";
import type { Outcome } from "../delivery/delivery.ts";
import { MAPPING_FUNCTIONS, MimecastModule } from "../host/module.ts";
import packageJson from "../package.json" with { type: "json" };
import type { RunConfig, RunFlags } from "../run/config.ts";
import { ServiceError } from "../runtime/errors.ts";
import { OutputClosedError } from "./errors.ts";
import { EXIT, type ExitStatus } from "./exit.ts";
import { withSettings } from "./fetch.ts";
import type { Io } from "./io.ts";
import { configured, serviceRun } from "./service.ts";
import { Sink } from "./sink.ts";

const HELP = `
Where events go: -, standard output; a file, which is turned over when it is large; or a URL, with the settings of push.
Settings come from these options, then from the environment (MIMECAST_RUN_OUTPUT for --output, and so on), then from the YAML
file: the fetcher's, and the section run (docs/fetcher.md, docs/vector.md). Logs go to standard error.
Delivery goes on where it stopped, whatever the output was then; MIMECAST_RUN_STATE names a state of its own for another one.

With --once the exit status says:
  0  every account is caught up, and all events are delivered
  1  an account could not be fetched to its end, or something could not be delivered; the next run goes on there
  2  the configuration has a problem
  3  all is delivered, but something could not be mapped, is in quarantine or in rejected/, was lost, or fell into a gap`;

/** Beyond the grace of a delivery. */
const LAST_GRACE = 5_000;

/** Adds the command; `done` is told the exit status. */
export function addRun(program: Command, io: Io, done: (status: ExitStatus) => void): void {
  withSettings(program.command("run"))
    .summary("fetch, map and deliver in one process, without a shipper")
    .description(
      "Downloads Mimecast's logs, maps them, and writes their events to standard output, a file or a URL.",
    )
    .option("--output <where>", "-, a file or a URL (-)")
    .addOption(new Option("--function <name>", "what is delivered (udm)").choices(MAPPING_FUNCTIONS))
    .option("--rotate-size <size>", "a file as large as this is turned over (100M)")
    .option("--rotate-keep <number>", "files that are kept then (10)")
    .option("--once", "until all is fetched and delivered, then end")
    .addHelpText("after", HELP)
    .action(async ({ once, ...flags }: RunFlags & { once?: true }) => {
      const config = await configured(async () => {
        const { loadRunConfig } = await import("../run/config.ts");
        return await loadRunConfig(flags, process.env);
      }, io);
      done(config === undefined ? EXIT.usage : await runAll(config, once === true, io));
    });
}

function runAll(config: RunConfig, once: boolean, io: Io): Promise<ExitStatus> {
  const service = {
    once,
    logLevel: config.fetch.logLevel,
    graceMs: config.delivery.graceMs + LAST_GRACE,
    stopping: "stopping; what is on its way may arrive, and the next start goes on there",
    failing: "it cannot go on; nothing is lost, the next start goes on where it stopped",
  };
  return serviceRun(service, io, async ({ log, clock, signal }) => {
    const { run } = await import("../run/run.ts");
    const module = await MimecastModule.loadFastest(io.modules);
    const stdout = new Sink(io.stdout);
    const write = (bytes: Uint8Array): Promise<void> => stdout.write(bytes);
    try {
      const { version } = packageJson;
      const { fetched, delivered } = await run({ config, module, clock, log, version, once, write }, signal);
      log.info(delivered, "ended");
      if (!once) return EXIT.ok;
      if (signal.aborted || (fetched?.failed ?? 0) > 0) return EXIT.failed;
      return statusOf(delivered, fetched?.missing ?? 0);
    } catch (error) {
      if (!(error instanceof OutputClosedError)) throw error;
      // With an end to come to, as `head` does it. Without one, whoever keeps the service must start it again.
      if (once) {
        log.info({}, "the reader of standard output has left; what was not printed comes next time");
        return EXIT.ok;
      }
      throw new ServiceError("the reader of standard output has left", {
        code: "output_closed",
        remedy: "start it again with a reader that stays; what was not printed comes then",
        cause: error,
      });
    }
  });
}

/** What a delivery that came to its end means for the exit status. */
export function statusOf(outcome: Outcome, missing = 0): ExitStatus {
  const { vanished, unreadable, stuck, rejected, unmapped } = outcome;
  if (vanished + unreadable + stuck > 0) return EXIT.failed;
  return rejected + unmapped + missing > 0 ? EXIT.unmapped : EXIT.ok;
}

/** `mimecast-udm fetch`: Mimecast's logs into the spool, as a service or once. */
import type { Command } from "commander";
import type { Config, Flags } from "../fetcher/config.ts";
import type { Round } from "../fetcher/service.ts";
import packageJson from "../package.json" with { type: "json" };
import { EXIT, type ExitStatus } from "./exit.ts";
import type { Io } from "./io.ts";
import { configured, serviceRun } from "./service.ts";

const HELP = `
Settings come from these options, then from the environment, then from the YAML file. Secrets come from files, systemd
credentials or the environment, never from the command line (docs/fetcher.md). Logs go to standard error.

With --once the exit status says:
  0  every account is caught up
  1  an account could not be fetched to its end; the next run goes on there
  2  the configuration has a problem
  3  every account is caught up, but something went to quarantine, was lost, or fell into a gap: the log says what`;

/** How long what is on its way may take to end after SIGTERM. */
const GRACE = 10_000;

/** Adds the command; `done` is told the exit status. */
export function addFetch(program: Command, io: Io, done: (status: ExitStatus) => void): void {
  withSettings(program.command("fetch"))
    .summary("download Mimecast's logs into the spool")
    .description(
      "Downloads Mimecast's logs and drops them as files into the folder that a log shipper watches.",
    )
    .option("--once", "fetch until every account is caught up, then end")
    .addHelpText("after", HELP)
    .action(async (flags: Flags & { once?: true }) => {
      const config = await fetchSettings(flags, io);
      done(config === undefined ? EXIT.usage : await fetchLogs(config, flags.once === true, io));
    });
}

/** The options that `fetch` and `check` share. */
export function withSettings(command: Command): Command {
  return command
    .option("--config <file>", "YAML file with the settings (MIMECAST_CONFIG)")
    .option("--spool <folder>", "where the files go (MIMECAST_SPOOL)")
    .option("--state <folder>", "where the fetcher keeps its place (MIMECAST_STATE; <spool>/.state)")
    .option("--interval <time>", "between polls, such as 5m (MIMECAST_INTERVAL)")
    .option("--listen <[host:]port>", "serve /metrics and /healthz (MIMECAST_LISTEN)")
    .option("--ca-file <file>", "PEM file of a certificate authority to trust as well (MIMECAST_CA_FILE)")
    .option("--merge-to <file>", "append every record to one file, too (MIMECAST_MERGE_TO)")
    .option("--log-level <level>", "debug, info, warn or error (MIMECAST_LOG_LEVEL)");
}

/** The settings; undefined, with the problems told on standard error, if they are not sound. */
export function fetchSettings(flags: Flags, io: Io): Promise<Config | undefined> {
  return configured(async () => {
    // Loaded where they are needed, since the other subcommands start in half the time without them.
    const { loadConfig } = await import("../fetcher/config.ts");
    return await loadConfig(flags, process.env);
  }, io);
}

function fetchLogs(config: Config, once: boolean, io: Io): Promise<ExitStatus> {
  const run = {
    once,
    logLevel: config.logLevel,
    graceMs: GRACE,
    stopping: "stopping; what is on its way is fetched again at the next start",
    failing: "the fetcher cannot go on",
  };
  return serviceRun(run, io, async ({ log, clock, signal }) => {
    const { Service } = await import("../fetcher/service.ts");
    const service = await Service.open({ config, clock, log, version: packageJson.version });
    try {
      if (once) return statusOf(await service.once(signal));
      await service.forever(signal);
      return EXIT.ok;
    } finally {
      await service.close();
    }
  });
}

function statusOf({ failed, missing }: Round): ExitStatus {
  if (failed > 0) return EXIT.failed;
  return missing > 0 ? EXIT.unmapped : EXIT.ok;
}

/** `mimecast-udm check`: looks at the fetcher's settings, and says what it would do. Asks Mimecast nothing. */
import type { Command } from "commander";
import type { AccountConfig } from "../fetcher/account-config.ts";
import type { Config, Flags } from "../fetcher/config.ts";
import { visible } from "../runtime/visible.ts";
import { EXIT, type ExitStatus } from "./exit.ts";
import { fetchSettings, withSettings } from "./fetch.ts";
import type { Io } from "./io.ts";
import { Sink } from "./sink.ts";

/** Adds the command; `done` is told the exit status. */
export function addCheck(program: Command, io: Io, done: (status: ExitStatus) => void): void {
  withSettings(program.command("check"))
    .summary("look at the fetcher's settings")
    .description("Looks at the settings of fetch, and the secrets they name. Asks Mimecast nothing.")
    .action(async (flags: Flags) => {
      const config = await fetchSettings(flags, io);
      if (config === undefined) return done(EXIT.usage);
      await new Sink(io.stdout).write(described(config));
      return done(EXIT.ok);
    });
}

/** The settings in words, without secrets. */
export function described(config: Config): string {
  const lines = [
    `spool     ${config.spool}`,
    `state     ${config.state}`,
    `interval  ${config.intervalMs / 1000} s`,
    `metrics   ${config.listen ? `http://${config.listen.host}:${config.listen.port}/metrics` : "not served"}`,
    ...(config.mergeTo === undefined ? [] : [`merged    ${config.mergeTo}`]),
    ...config.accounts.map((account) => `account   ${accountLine(account)}`),
    "the settings are sound",
  ];
  return lines.map((line) => `${visible(line)}\n`).join("");
}

function accountLine({ name, api, baseUrl, email }: AccountConfig): string {
  const where = baseUrl ?? `the region of ${email}`;
  return `${name}: API ${api.version}.0 at ${where}${api.version === 2 ? `, ${api.types.length} types` : ""}`;
}

/**
 * Settings: flags, then environment, then the YAML file. All problems are told at once, none with a secret in it. Secrets
 * come from files, systemd credentials or the environment, and from nowhere else.
 */
import { join } from "node:path";
import * as z from "zod";
import { DAY, HOUR, MINUTE, SECOND } from "../runtime/clock.ts";
import { ConfigError } from "../runtime/errors.ts";
import { LEVELS, type Level } from "../runtime/log.ts";
import {
  duration,
  type Environment,
  isCertificate,
  listen,
  problemsOf,
  proxyProblems,
  readText,
  readYaml,
  size,
} from "../runtime/settings.ts";
import { type AccountConfig, accountOf, accountSchema, completed } from "./account-config.ts";
import { ARCHIVE_LIMITS, type ArchiveLimits } from "./archive.ts";
import type { RoomLimits } from "./room.ts";

export interface Config {
  readonly spool: string;
  readonly state: string;
  readonly intervalMs: number;
  readonly listen: { readonly host: string; readonly port: number } | undefined;
  /** PEM text. */
  readonly ca: string | undefined;
  readonly mergeTo: string | undefined;
  readonly logLevel: Level;
  readonly downloads: number;
  readonly patienceMs: number;
  readonly room: RoomLimits;
  readonly limits: ArchiveLimits;
  readonly accounts: readonly AccountConfig[];
}

/** What the command line may say. Undefined where it says nothing. */
export interface Flags {
  readonly config?: string | undefined;
  readonly spool?: string | undefined;
  readonly state?: string | undefined;
  readonly interval?: string | undefined;
  readonly listen?: string | undefined;
  readonly caFile?: string | undefined;
  readonly mergeTo?: string | undefined;
  readonly logLevel?: string | undefined;
}

const path = z.string().min(1);

const schema = z.strictObject({
  spool: path,
  state: path.optional(),
  interval: duration(5 * SECOND, DAY).default(5 * MINUTE),
  listen: listen.optional(),
  caFile: path.optional(),
  mergeTo: path.optional(),
  logLevel: z.enum(LEVELS).default("info"),
  downloads: z.number().int().min(1).max(16).default(4),
  patience: duration(0, 6 * DAY).default(6 * HOUR),
  retention: z
    .strictObject({
      maxAge: duration(MINUTE).default(7 * DAY),
      maxSize: size().default(20 * 1024 ** 3),
      minAge: duration(MINUTE).default(DAY),
      quarantineAge: duration(MINUTE).default(30 * DAY),
      minFree: size().default(1024 ** 3),
    })
    .prefault({}),
  limits: z
    .strictObject({
      maxDownload: size(1024).default(ARCHIVE_LIMITS.maxDownload),
      maxUnpacked: size(1024).default(ARCHIVE_LIMITS.maxUnpacked),
      maxRatio: z.number().min(2).default(ARCHIVE_LIMITS.maxRatio),
      maxMembers: z.number().int().min(1).default(ARCHIVE_LIMITS.maxMembers),
    })
    .prefault({}),
  /** What other subcommands read from the same file. */
  push: z.unknown().optional(),
  run: z.unknown().optional(),
  accounts: z.array(accountSchema).min(1, "must have at least one account"),
});

/** Reads everything that a configuration names. Throws ConfigError with all that is wrong. */
export async function loadConfig(flags: Flags, env: Environment): Promise<Config> {
  const file = flags.config ?? (env.MIMECAST_CONFIG || undefined);
  const fromFile = file === undefined ? {} : await readYaml(file);
  const parsed = schema.safeParse(layered(flags, env, fromFile));
  if (!parsed.success) throw new ConfigError(parsed.error.issues.flatMap(problemsOf));
  const { accounts, caFile, retention, limits, ...settings } = parsed.data;
  const problems = proxyProblems(env);
  const names = accounts.map(({ name }) => name);
  for (const name of new Set(names)) {
    if (names.indexOf(name) !== names.lastIndexOf(name)) problems.push(`accounts: ${name} is there twice`);
  }
  if (retention.minAge > retention.maxAge)
    problems.push("retention.minAge: must not be more than retention.maxAge");
  const ca = caFile === undefined ? undefined : await readText(caFile, "caFile", problems);
  if (ca !== undefined && !isCertificate(ca)) {
    problems.push(`caFile: ${caFile} holds no certificate in PEM form`);
  }
  const complete: AccountConfig[] = [];
  for (const account of accounts) {
    const config = await completed(account, accounts.length === 1, env, problems);
    if (config) complete.push(config);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    spool: settings.spool,
    state: settings.state ?? join(settings.spool, ".state"),
    intervalMs: settings.interval,
    listen: settings.listen,
    ca,
    mergeTo: settings.mergeTo,
    logLevel: settings.logLevel,
    downloads: settings.downloads,
    patienceMs: settings.patience,
    room: {
      maxAgeMs: retention.maxAge,
      maxBytes: retention.maxSize,
      minAgeMs: retention.minAge,
      quarantineAgeMs: retention.quarantineAge,
      minFreeBytes: retention.minFree,
    },
    limits,
    accounts: complete,
  };
}

/** Flags over environment over file. Without accounts in the file, the environment describes one. */
function layered(flags: Flags, env: Environment, file: Record<string, unknown>): Record<string, unknown> {
  const say = (name: string, flag: string | undefined, variable: string) => {
    const value = flag ?? (env[variable] || undefined) ?? file[name];
    return value === undefined ? {} : { [name]: value };
  };
  return {
    ...file,
    ...say("spool", flags.spool, "MIMECAST_SPOOL"),
    ...say("state", flags.state, "MIMECAST_STATE"),
    ...say("interval", flags.interval, "MIMECAST_INTERVAL"),
    ...say("listen", flags.listen, "MIMECAST_LISTEN"),
    ...say("caFile", flags.caFile, "MIMECAST_CA_FILE"),
    ...say("mergeTo", flags.mergeTo, "MIMECAST_MERGE_TO"),
    ...say("logLevel", flags.logLevel, "MIMECAST_LOG_LEVEL"),
    accounts: file.accounts ?? [accountOf(env)],
  };
}

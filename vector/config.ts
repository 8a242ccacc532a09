/**
 * Settings of `push`: flags, then environment, then the section `push` of the YAML file, which is the fetcher's: of its other
 * settings the spool and the log level count here, too. All problems are told at once, none with a secret in it.
 */
import * as z from "zod";
import { type DeliveryConfig, deliveryConfig, deliverySettings } from "../delivery/settings.ts";
import { DAY, HOUR, SECOND } from "../runtime/clock.ts";
import { ConfigError } from "../runtime/errors.ts";
import { LEVELS, type Level } from "../runtime/log.ts";
import type { Secret } from "../runtime/secret.ts";
import {
  duration,
  type Environment,
  isCertificate,
  layered,
  listen,
  problemsIn,
  proxyProblems,
  readText,
  readYaml,
} from "../runtime/settings.ts";
import { readAuthorization } from "./authorization.ts";
import { DEFAULT_URL, isLoopback, receiverUrl } from "./url.ts";

export interface PushConfig {
  readonly delivery: DeliveryConfig;
  readonly url: string;
  readonly authorization: Secret | undefined;
  /** PEM text. */
  readonly ca: string | undefined;
  readonly timeoutMs: number;
  readonly gzip: boolean;
  readonly listen: { readonly host: string; readonly port: number } | undefined;
  readonly logLevel: Level;
}

/** What the command line may say, by the settings' names. Undefined where it says nothing. */
export type PushFlags = {
  readonly [K in SettingName | "config" | "spool" | "logLevel"]?: string | boolean | undefined;
};

const path = z.string().min(1);
const flag = z
  .union([z.boolean(), z.string()])
  .refine((value) => /^(true|false|1|0|yes|no)$/.test(String(value)), { message: "must be true or false" })
  .transform((value) => /^(true|1|yes)$/.test(String(value)));

const settings = {
  ...deliverySettings,
  url: receiverUrl.prefault(DEFAULT_URL),
  authorizationFile: path.optional(),
  caFile: path.optional(),
  plainHttp: flag.default(false),
  timeout: duration(SECOND, DAY).default(HOUR),
  gzip: flag.default(false),
  listen: listen.optional(),
} as const;
type SettingName = keyof typeof settings;

const schema = z.strictObject({ spool: path, logLevel: z.enum(LEVELS).default("info"), ...settings });

/** Reads everything that a configuration names. Throws ConfigError with all that is wrong. */
export async function loadPushConfig(flags: PushFlags, env: Environment): Promise<PushConfig> {
  const file = typeof flags.config === "string" ? flags.config : env.MIMECAST_CONFIG || undefined;
  const problems: string[] = [];
  const parsed = schema.safeParse(withShared(flags, env, file === undefined ? {} : await readYaml(file)));
  if (!parsed.success)
    throw new ConfigError(parsed.error.issues.flatMap((issue) => problemsIn("push", issue)));
  const { spool, url, caFile, authorizationFile, plainHttp, timeout, gzip, logLevel, ...others } =
    parsed.data;
  const delivery = deliveryConfig(spool, others, problems);
  if (!isLoopback(url)) problems.push(...proxyProblems(env));
  if (url.startsWith("http:") && !isLoopback(url) && !plainHttp) {
    problems.push(
      "url: is not encrypted, and leads to another machine; use https://, or allow it by plainHttp where nobody else listens",
    );
  }
  const ca = caFile === undefined ? undefined : await readText(caFile, "caFile", problems);
  if (ca !== undefined && !isCertificate(ca)) {
    problems.push(`caFile: ${caFile} holds no certificate in PEM form`);
  }
  const flagged = flags.authorizationFile === undefined ? undefined : authorizationFile;
  const named = { flag: flagged, file: authorizationFile };
  const authorization = await readAuthorization(named, env, problems);
  if (problems.length > 0) throw new ConfigError(problems);
  return { delivery, url, authorization, ca, timeoutMs: timeout, gzip, listen: others.listen, logLevel };
}

/** Its section, with what is the fetcher's, too. */
function withShared(
  flags: PushFlags,
  env: Environment,
  file: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const section = layered("push", Object.keys(settings), flags, env, file);
  const say = (name: "spool" | "logLevel", variable: string): void => {
    const value = flags[name] ?? (env[variable] || undefined) ?? section[name] ?? file[name];
    if (value !== undefined) section[name] = value;
  };
  say("spool", "MIMECAST_SPOOL");
  say("logLevel", "MIMECAST_LOG_LEVEL");
  return section;
}

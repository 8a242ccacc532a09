/**
 * Settings: flags, then environment, then the YAML file. All problems are told at once, none with a secret in it. Secrets
 * come from files, systemd credentials or the environment, and from nowhere else.
 */
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { z } from "zod";
import { EVENT_TYPES, type EventType } from "./api-2.ts";
import { ARCHIVE_LIMITS, type ArchiveLimits } from "./archive.ts";
import { DAY, HOUR, MINUTE, SECOND } from "./clock.ts";
import { ConfigError, messageOf, systemCode } from "./errors.ts";
import { LEVELS, type Level } from "./log.ts";
import type { Api2Credentials } from "./oauth.ts";
import type { RoomLimits } from "./room.ts";
import { Secret } from "./secret.ts";
import type { Api1Credentials } from "./sign.ts";

export type ApiConfig =
  | { readonly version: 1; readonly credentials: Api1Credentials; readonly fileFormat: "key_value" | "json" }
  | {
      readonly version: 2;
      readonly credentials: Api2Credentials;
      readonly types: readonly EventType[];
      readonly pageSize: number;
    };

export interface AccountConfig {
  readonly name: string;
  readonly api: ApiConfig;
  /** Absent only in API 1.0, where `email` then tells it. */
  readonly baseUrl: string | undefined;
  readonly email: string | undefined;
}

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

export type Environment = Readonly<Record<string, string | undefined>>;

const API_2_BASE = "https://api.services.mimecast.com";
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: SECOND, m: MINUTE, h: HOUR, d: DAY };
const SIZES: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

const duration = (least: number, most = 365 * DAY) =>
  z
    .union([z.string(), z.number()])
    .transform((value) => parseDuration(String(value)))
    .refine((value) => value >= least && value <= most, {
      message: `must be a time such as 300, 30s, 5m, 2h or 7d, from ${least / SECOND}s to ${most / SECOND}s`,
    });
const size = (least = 0) =>
  z
    .union([z.string(), z.number()])
    .transform((value) => parseSize(String(value)))
    .refine((value) => value >= least, { message: `must be a size such as 500M or 10G, at least ${least}` });
const https = z
  .string()
  .refine(
    (value) => {
      if (!URL.canParse(value)) return false;
      const { protocol, username, password, search, hash } = new URL(value);
      return protocol === "https:" && `${username}${password}${search}${hash}` === "";
    },
    { message: "must be a URL that begins with https://, without a user, a query or a fragment" },
  )
  .transform((value) => value.replace(/\/+$/, ""));

const path = z.string().min(1);

const accountSchema = z.strictObject({
  name: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9_]{0,31}$/,
      "must be lower-case letters, digits and _, at most 32: it stands in file names",
    ),
  baseUrl: https.optional(),
  email: z
    .string()
    .regex(/^[^@\s]+@[^@\s]+$/, "must be an e-mail address")
    .optional(),
  appId: z.string().min(1).optional(),
  appKeyFile: path.optional(),
  accessKeyFile: path.optional(),
  secretKeyFile: path.optional(),
  clientId: z.string().min(1).optional(),
  clientSecretFile: path.optional(),
  types: z.array(z.enum(EVENT_TYPES)).min(1).optional(),
  fileFormat: z.enum(["key_value", "json"]).optional(),
  pageSize: z.number().int().min(1).max(100).optional(),
});
type AccountInput = z.infer<typeof accountSchema>;

const schema = z.strictObject({
  spool: path,
  state: path.optional(),
  interval: duration(5 * SECOND, DAY).default(5 * MINUTE),
  listen: z
    .union([z.string(), z.number()])
    .transform((value) => parseListen(String(value)))
    .refine((value) => value.port >= 0 && value.port <= 65535, { message: "must be PORT or HOST:PORT" })
    .optional(),
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
  accounts: z.array(accountSchema).min(1, "must have at least one account"),
});

/** Reads everything that a configuration names. Throws ConfigError with all that is wrong. */
export async function loadConfig(flags: Flags, env: Environment): Promise<Config> {
  const file = flags.config ?? env.MIMECAST_CONFIG;
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

/** OpenSSL would pass over what it cannot read, and trust nobody. */
function isCertificate(pem: string): boolean {
  try {
    return pem.includes("-----BEGIN CERTIFICATE-----") && new X509Certificate(pem).raw.length > 0;
  } catch {
    return false; // the caller says so
  }
}

/** What a proxy's variable holds is not repeated: there may be a password in it. */
function proxyProblems(env: Environment): string[] {
  return ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"].flatMap((name) => {
    const value = env[name];
    if (!value || (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol))) return [];
    return [`${name}: must be a URL such as http://proxy.example.com:3128`];
  });
}

async function readYaml(file: string): Promise<Record<string, unknown>> {
  const problems: string[] = [];
  const text = await readText(file, "config", problems);
  if (text === undefined) throw new ConfigError(problems);
  const document = parseDocument(text);
  const [broken] = document.errors;
  if (broken) {
    // The first line only: the others quote the file, and someone may have written a secret there.
    throw new ConfigError([`${file}: ${broken.message.split("\n")[0]}`]);
  }
  const value: unknown = document.toJS();
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ConfigError([`${file}: must hold settings, as in "spool: /var/spool/mimecast"`]);
  }
  return value as Record<string, unknown>;
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

function accountOf(env: Environment): Record<string, unknown> {
  const given = {
    name: env.MIMECAST_ACCOUNT || "default",
    baseUrl: env.MIMECAST_BASE_URL,
    email: env.MIMECAST_EMAIL,
    appId: env.MIMECAST_APP_ID,
    clientId: env.MIMECAST_CLIENT_ID,
    types: env.MIMECAST_TYPES?.split(",").map((type) => type.trim()),
    fileFormat: env.MIMECAST_FILE_FORMAT,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== ""));
}

const SECRETS = {
  appKey: "APP_KEY",
  accessKey: "ACCESS_KEY",
  secretKey: "SECRET_KEY",
  clientSecret: "CLIENT_SECRET",
} as const;
type SecretName = keyof typeof SECRETS;

async function completed(
  account: AccountInput,
  isOnly: boolean,
  env: Environment,
  problems: string[],
): Promise<AccountConfig | undefined> {
  const { name, baseUrl, email } = account;
  const at = `accounts.${name}`;
  const secrets: Partial<Record<SecretName, Secret>> = {};
  for (const key of Object.keys(SECRETS) as SecretName[]) {
    const value = await readSecret(key, account, isOnly, env, problems);
    if (value !== undefined) secrets[key] = new Secret(value);
  }
  const own = (key: string): string | undefined => env[`MIMECAST_${name.toUpperCase()}_${key}`];
  const appId = account.appId ?? own("APP_ID") ?? (isOnly ? env.MIMECAST_APP_ID : undefined);
  const clientId = account.clientId ?? own("CLIENT_ID") ?? (isOnly ? env.MIMECAST_CLIENT_ID : undefined);
  const { appKey, accessKey, secretKey, clientSecret } = secrets;
  const one = [appId, appKey, accessKey, secretKey].some((value) => value !== undefined);
  const two = clientId !== undefined || clientSecret !== undefined;
  const missing = (label: string, value: unknown): string[] => (value === undefined ? [label] : []);
  if (one && two) {
    problems.push(
      `${at}: has credentials of both APIs; remove appId, appKey, accessKey and secretKey to use 2.0`,
    );
  } else if (two) {
    const lacks = [...missing("clientId", clientId), ...missing("clientSecret", clientSecret)];
    if (clientId === undefined || clientSecret === undefined) {
      problems.push(`${at}: API 2.0 lacks ${lacks.join(" and ")}; ${whereSecrets(name)}`);
      return undefined;
    }
    const { types = EVENT_TYPES, pageSize = 100 } = account;
    const credentials = { clientId, clientSecret };
    return { name, baseUrl: baseUrl ?? API_2_BASE, email, api: { version: 2, credentials, types, pageSize } };
  } else if (one) {
    const lacks = [
      ...missing("appId", appId),
      ...missing("appKey", appKey),
      ...missing("accessKey", accessKey),
      ...missing("secretKey", secretKey),
    ];
    if (baseUrl === undefined && email === undefined) {
      problems.push(
        `${at}: API 1.0 needs baseUrl, such as https://eu-api.mimecast.com, or email to discover it`,
      );
    }
    if (!appId || !appKey || !accessKey || !secretKey) {
      problems.push(`${at}: API 1.0 lacks ${lacks.join(", ")}; ${whereSecrets(name)}`);
      return undefined;
    }
    const { fileFormat = "key_value" } = account;
    const credentials = { appId, appKey, accessKey, secretKey };
    return { name, baseUrl, email, api: { version: 1, credentials, fileFormat } };
  } else {
    problems.push(
      `${at}: has no credentials; API 2.0 takes clientId and clientSecret, API 1.0 appId, appKey, accessKey and secretKey; ${whereSecrets(name)}`,
    );
  }
  return undefined;
}

const whereSecrets = (name: string): string =>
  `secrets come from …File settings, MIMECAST_${name.toUpperCase()}_…(_FILE) variables or systemd credentials ${name}.…`;

/** Environment, a file that the environment names, a file that the account names, a systemd credential. */
async function readSecret(
  key: SecretName,
  account: AccountInput,
  isOnly: boolean,
  env: Environment,
  problems: string[],
): Promise<string | undefined> {
  const variable = SECRETS[key];
  const prefixes = [`MIMECAST_${account.name.toUpperCase()}_`, ...(isOnly ? ["MIMECAST_"] : [])];
  for (const prefix of prefixes) {
    const value = env[prefix + variable]?.trim();
    if (value) return value;
    const file = env[`${prefix}${variable}_FILE`];
    if (file) return await readText(file, `${prefix}${variable}_FILE`, problems, true);
  }
  const file = account[`${key}File`];
  if (file !== undefined) return await readText(file, `accounts.${account.name}.${key}File`, problems, true);
  if (env.CREDENTIALS_DIRECTORY === undefined) return undefined;
  const name = variable.toLowerCase();
  for (const credential of [`${account.name}.${name}`, ...(isOnly ? [`mimecast.${name}`] : [])]) {
    try {
      const value = (await readFile(join(env.CREDENTIALS_DIRECTORY, credential), "utf8")).trim();
      if (value !== "") return value;
      problems.push(`credential ${credential}: is empty`);
    } catch (error) {
      if (systemCode(error) !== "ENOENT") problems.push(`credential ${credential}: ${messageOf(error)}`);
    }
  }
  return undefined;
}

async function readText(
  file: string,
  what: string,
  problems: string[],
  isSecret = false,
): Promise<string | undefined> {
  try {
    const text = await readFile(file, "utf8");
    if (!isSecret) return text;
    if (text.trim() !== "") return text.trim();
    problems.push(`${what}: ${file} is empty`);
  } catch (error) {
    problems.push(`${what}: cannot read ${file} (${systemCode(error) ?? "unknown error"})`);
  }
  return undefined;
}

/** A problem in words. Values are not repeated: someone may have written a secret there. */
function problemsOf(issue: z.core.$ZodIssue): string[] {
  const at = issue.path.join(".") || "settings";
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const inFile = /^(appKey|accessKey|secretKey|clientSecret)$/.test(key);
      return inFile
        ? `${at}.${key}: secrets do not belong into this file; name a file that holds it in ${key}File`
        : `${at}.${key}: there is no such setting`;
    });
  }
  const missing =
    issue.code === "invalid_type" && issue.input === undefined && /undefined/.test(issue.message);
  return [`${at}: ${missing ? "is missing" : issue.message}`];
}

export function parseDuration(text: string): number {
  const [, number, unit = "s"] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?$/.exec(text.trim()) ?? [];
  return number === undefined ? Number.NaN : Number(number) * (UNITS[unit] as number);
}

export function parseSize(text: string): number {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/.exec(text.trim().toLowerCase()) ?? [];
  return number === undefined ? Number.NaN : Number(number) * (SIZES[unit] as number);
}

/** `9464` listens on this machine only; `0.0.0.0:9464` for everybody. */
function parseListen(text: string): { host: string; port: number } {
  const [, host = "127.0.0.1", port] = /^(?:\[?([^\]]*?)\]?:)?(\d{1,5})$/.exec(text.trim()) ?? [];
  return { host: host === "" ? "0.0.0.0" : host, port: port === undefined ? -1 : Number(port) };
}

/** What a configuration is made of, whatever it configures: times, sizes, URLs, files; and its problems, told without a secret. */
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { parseDocument } from "yaml";
import * as z from "zod";
import { DAY, HOUR, MINUTE, SECOND } from "./clock.ts";
import { ConfigError, systemCode } from "./errors.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: SECOND, m: MINUTE, h: HOUR, d: DAY };
const SIZES: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

/** A time, in milliseconds. */
export const duration = (least: number, most = 365 * DAY) =>
  z
    .union([z.string(), z.number()])
    .transform((value) => parseDuration(String(value)))
    .refine((value) => value >= least && value <= most, {
      message: `must be a time such as 300, 30s, 5m, 2h or 7d, from ${least / SECOND}s to ${most / SECOND}s`,
    });
/** A size, in bytes. */
export const size = (least = 0) =>
  z
    .union([z.string(), z.number()])
    .transform((value) => parseSize(String(value)))
    .refine((value) => value >= least, { message: `must be a size such as 500M or 10G, at least ${least}` });
/** A URL that is safe to send secrets to, without a slash at its end. */
export const https = z
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

/** Where metrics and health are served. */
export const listen = z
  .union([z.string(), z.number()])
  .transform((value) => parseListen(String(value)))
  .refine((value) => value.port >= 0 && value.port <= 65535, { message: "must be PORT or HOST:PORT" });

/** OpenSSL would pass over what it cannot read, and trust nobody. */
export function isCertificate(pem: string): boolean {
  try {
    return pem.includes("-----BEGIN CERTIFICATE-----") && new X509Certificate(pem).raw.length > 0;
  } catch {
    return false; // the caller says so
  }
}

/** What a proxy's variable holds is not repeated: there may be a password in it. */
export function proxyProblems(env: Environment): string[] {
  return ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"].flatMap((name) => {
    const value = env[name];
    if (!value || (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol))) return [];
    return [`${name}: must be a URL such as http://proxy.example.com:3128`];
  });
}

/** The settings that a YAML file holds. Throws ConfigError. */
export async function readYaml(file: string): Promise<Record<string, unknown>> {
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

/** A file's text, or undefined and one problem more. */
export async function readText(
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

/**
 * The settings of one section of the file: flags over environment over file. The variable of `maxWait` in the section `push` is
 * MIMECAST_PUSH_MAX_WAIT.
 */
export function layered(
  section: string,
  names: readonly string[],
  flags: Readonly<Record<string, unknown>>,
  env: Environment,
  file: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const inFile = file[section] ?? {};
  if (typeof inFile !== "object" || Array.isArray(inFile)) {
    throw new ConfigError([`${section}: must hold settings of its own`]);
  }
  const given: Record<string, unknown> = { ...inFile };
  for (const name of names) {
    const variable = `MIMECAST_${section}_${name.replace(/[A-Z]/g, "_$&")}`.toUpperCase();
    const value = flags[name] ?? (env[variable] || undefined);
    if (value !== undefined) given[name] = value;
  }
  return given;
}

/** A problem in words. Values are not repeated: someone may have written a secret there. */
export function problemsOf(issue: z.core.$ZodIssue): string[] {
  return problemsIn("settings", issue);
}

/** The same, of the section `root`. */
export function problemsIn(root: string, issue: z.core.$ZodIssue): string[] {
  const at = issue.path.join(".") || root;
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const inFile = /^(appKey|accessKey|secretKey|clientSecret|authorization)$/.test(key);
      return inFile
        ? `${at}.${key}: secrets do not belong into this file; name a file that holds it in ${key}File`
        : `${at}.${key}: there is no such setting`;
    });
  }
  const missing =
    issue.code === "invalid_type" && issue.input === undefined && /undefined/.test(issue.message);
  if (missing) return [`${at}: is missing`];
  const isNumber = issue.code === "invalid_type" && /expected string, received number/.test(issue.message);
  return [
    `${at}: ${isNumber ? "must be text; YAML takes it for a number, so put it in quotes" : issue.message}`,
  ];
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
export function parseListen(text: string): { host: string; port: number } {
  const [, host = "127.0.0.1", port] = /^(?:\[?([^\]]*?)\]?:)?(\d{1,5})$/.exec(text.trim()) ?? [];
  return { host: host === "" ? "0.0.0.0" : host, port: port === undefined ? -1 : Number(port) };
}

/** An account's settings and its secrets, which come from files, systemd credentials or the environment, and from nowhere else. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { messageOf, systemCode } from "../runtime/errors.ts";
import { Secret } from "../runtime/secret.ts";
import { type Environment, https, readText } from "../runtime/settings.ts";
import { EVENT_TYPES, type EventType } from "./event-type.ts";
import type { Api2Credentials } from "./oauth.ts";
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

const API_2_BASE = "https://api.services.mimecast.com";

const path = z.string().min(1);

export const accountSchema = z.strictObject({
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
export type AccountInput = z.infer<typeof accountSchema>;

/** The one account that the environment describes. */
export function accountOf(env: Environment): Record<string, unknown> {
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

/** The account with its secrets read; undefined, and problems told, if it is not sound. */
export async function completed(
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

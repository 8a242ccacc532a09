/**
 * Settings of `run`: the fetcher's, and where the events go, in the section `run` of the same YAML file. All problems are told
 * at once, none with a secret in it.
 */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { type DeliveryConfig, deliveryConfig, deliverySettings } from "../delivery/settings.ts";
import { type Config, type Flags, loadConfig } from "../fetcher/config.ts";
import { ConfigError } from "../runtime/errors.ts";
import { type Environment, layered, problemsIn, readYaml, size } from "../runtime/settings.ts";
import { loadPushConfig, type PushConfig } from "../vector/config.ts";

export type OutputConfig =
  | { readonly kind: "stdout" }
  | { readonly kind: "file"; readonly path: string; readonly rotateBytes: number; readonly keep: number }
  | { readonly kind: "http"; readonly push: PushConfig };

export interface RunConfig {
  readonly fetch: Config;
  readonly delivery: DeliveryConfig;
  readonly output: OutputConfig;
}

const STDOUT = "-";

const settings = {
  ...deliverySettings,
  output: z.string().min(1).default(STDOUT),
  rotateSize: size(1024).default(100 * 1024 ** 2),
  rotateKeep: z.coerce.number().int().min(0).max(10_000).default(10),
} as const;

/** What the command line may say. Undefined where it says nothing. */
export type RunFlags = Flags & {
  readonly [K in "output" | "rotateSize" | "rotateKeep" | "function"]?: string | undefined;
};

/** Reads everything that a configuration names. Throws ConfigError with all that is wrong. */
export async function loadRunConfig(flags: RunFlags, env: Environment): Promise<RunConfig> {
  const file = flags.config ?? (env.MIMECAST_CONFIG || undefined);
  const fromFile = file === undefined ? {} : await readYaml(file);
  const problems: string[] = [];
  const fetch = await orProblems(loadConfig(flags, env), problems);
  const names = Object.keys(settings) as (keyof typeof settings)[];
  const parsed = z.strictObject(settings).safeParse(layered("run", names, { ...flags }, env, fromFile));
  if (!parsed.success) problems.push(...parsed.error.issues.flatMap((issue) => problemsIn("run", issue)));
  if (fetch === undefined || !parsed.success) throw new ConfigError(problems);
  const { output: where, rotateSize, rotateKeep, ...others } = parsed.data;
  const state = others.state ?? join(fetch.spool, ".run");
  const delivery = deliveryConfig(fetch.spool, { ...others, state }, problems);
  let output: OutputConfig = { kind: "file", path: where, rotateBytes: rotateSize, keep: rotateKeep };
  if (where === STDOUT) output = { kind: "stdout" };
  else if (/^https?:/i.test(where)) {
    // The receiver's other settings are push's own.
    const pushFlags = { config: flags.config, spool: fetch.spool, url: where };
    const push = await orProblems(loadPushConfig(pushFlags, env), problems);
    if (push) output = { kind: "http", push };
  } else if (!(await mayBeFile(where))) {
    problems.push(`output: ${where} is no regular file; use - for standard output`);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return { fetch, delivery, output };
}

/** Whether a regular file is there, or nothing is known to be. A process's own descriptors are none, wherever they lead. */
async function mayBeFile(path: string): Promise<boolean> {
  if (/^\/(dev\/(std|fd\/)|proc\/)/.test(path)) return false;
  return (await stat(path).catch(() => undefined))?.isFile() ?? true;
}

async function orProblems<T>(config: Promise<T>, problems: string[]): Promise<T | undefined> {
  try {
    return await config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}

/** Settings of a delivery, whatever it delivers to. */
import { join, resolve } from "node:path";
import * as z from "zod";
import { MAPPING_FUNCTIONS, type MappingFunction } from "../host/module.ts";
import { HOUR, MINUTE, SECOND } from "../runtime/clock.ts";
import { duration, size } from "../runtime/settings.ts";
import { DONE_MODES, type DoneMode } from "./done.ts";

export interface DeliveryConfig {
  readonly spool: string;
  readonly state: string;
  readonly wanted: MappingFunction;
  /** Files that are read, and batches that are on their way, at once. */
  readonly lanes: number;
  /** A batch is delivered once it holds as many bytes of events. */
  readonly batchBytes: number;
  /** A batch that is not full waits no longer than this for more, once the one before it has arrived. */
  readonly maxWaitMs: number;
  readonly scanMs: number;
  /** How long what is on its way may take to arrive after the service was asked to stop. */
  readonly graceMs: number;
  readonly done: DoneMode;
  readonly doneFolder: string;
}

const path = z.string().min(1);

/** Of the section of a settings file. */
export const deliverySettings = {
  state: path.optional(),
  function: z.enum(MAPPING_FUNCTIONS).default("udm"),
  lanes: z.coerce.number().int().min(1).max(32).default(4),
  batch: size(1024)
    .refine((bytes) => bytes <= 64 * 1024 ** 2, { message: "must be 64M at most" })
    .default(1024 ** 2),
  maxWait: duration(0, MINUTE).default(SECOND),
  scan: duration(0.05 * SECOND, HOUR).default(SECOND),
  grace: duration(0, HOUR).default(10 * SECOND),
  done: z.enum(DONE_MODES).default("keep"),
  doneFolder: path.optional(),
} as const;

type Parsed = z.output<z.ZodObject<typeof deliverySettings>>;

/** `problems` gets what is wrong with them together. */
export function deliveryConfig(spool: string, settings: Parsed, problems: string[]): DeliveryConfig {
  const doneFolder = settings.doneFolder ?? join(spool, "done");
  if (settings.done === "move" && resolve(doneFolder) === resolve(spool)) {
    problems.push("doneFolder: must not be the spool itself");
  }
  if (settings.doneFolder !== undefined && settings.done !== "move") {
    problems.push("doneFolder: means nothing unless done is move");
  }
  return {
    spool,
    state: settings.state ?? join(spool, ".push"),
    wanted: settings.function,
    lanes: settings.lanes,
    batchBytes: settings.batch,
    maxWaitMs: settings.maxWait,
    scanMs: settings.scan,
    graceMs: settings.grace,
    done: settings.done,
    doneFolder,
  };
}

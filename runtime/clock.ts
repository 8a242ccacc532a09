/** Time, so that a test can stop it. */
import { setTimeout as delay } from "node:timers/promises";

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export interface Clock {
  /** Milliseconds since 1970. It may jump. */
  now(): number;
  /** Milliseconds that the host has been awake since it was started, or since some other moment. It never jumps. */
  uptime(): number;
  /** Rejects with the signal's reason when that is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** From 0 up to 1. */
  random(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  uptime: () => Number(process.hrtime.bigint() / 1_000_000n),
  sleep: async (milliseconds, signal) => {
    await delay(milliseconds, undefined, signal ? { signal } : {});
  },
  random: () => Math.random(),
};

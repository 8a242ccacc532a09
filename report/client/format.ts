/** Numbers and times as the page writes them. Times are UTC, always. */

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const decimal = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

export const count = (value: number): string => whole.format(value);
export const compact = (value: number): string => short.format(value);
export const oneDecimal = (value: number): string => decimal.format(value);

export function percent(part: number, all: number): string {
  if (all === 0) return "";
  const share = (100 * part) / all;
  return part > 0 && share < 0.05 ? "< 0.1 %" : `${share.toFixed(1)} %`;
}

export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

/** `2026-11-20 16:47:41`, in UTC. */
export const dateTime = (time: number): string => new Date(time).toISOString().slice(0, -5).replace("T", " ");

/** Without what is zero at its end: `2026-11-20`, `2026-11-20 16:47`. */
export const shortTime = (time: number): string => dateTime(time).replace(/( 00:00)?:00$/, "");

const UNITS: readonly (readonly [number, string])[] = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1000, "s"],
  [1, "ms"],
];

/** A duration in milliseconds in the largest unit of which it is at least one. */
export function duration(milliseconds: number): string {
  const [size, unit] = UNITS.find(([least]) => milliseconds >= least) ?? [1, "ms"];
  return `${decimal.format(milliseconds / size)} ${unit}`;
}

export function size(bytes: number): string {
  if (bytes < 1e6) return `${decimal.format(bytes / 1e3)} kB`;
  return bytes < 1e9 ? `${decimal.format(bytes / 1e6)} MB` : `${decimal.format(bytes / 1e9)} GB`;
}

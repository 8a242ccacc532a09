/** Measured seconds as text. */

export interface Measured {
  readonly name: string;
  /** Seconds of each run. */
  readonly user: number[];
  readonly system: number[];
}

/** Least and median of the user CPU, and the median of the system's, which depends on the machine's load the most. */
export function tableOf(measured: readonly Measured[]): string[] {
  const cells = measured.map(({ name, user, system }) => [
    name,
    Math.min(...user).toFixed(2),
    median(user).toFixed(2),
    median(system).toFixed(2),
  ]);
  return [["", "user, min", "median", "system"], ...cells].map(
    ([name = "", ...numbers]) => `  ${name.padEnd(22)}${numbers.map((cell) => cell.padStart(11)).join("")}`,
  );
}

/** `this module / Lua filter`, of their least and of their median user CPU. A pair of which one was not measured is left out. */
export function ratiosOf(
  measured: readonly Measured[],
  pairs: readonly (readonly [of: string, to: string])[],
): string[] {
  const userOf = (wanted: string): number[] | undefined => measured.find(({ name }) => name === wanted)?.user;
  return pairs.flatMap(([of, to]) => {
    const [dividend, divisor] = [userOf(of), userOf(to)];
    if (!dividend || !divisor) return [];
    const least = Math.min(...dividend) / Math.min(...divisor);
    const middle = median(dividend) / median(divisor);
    return [`  ${`${of} / ${to}`.padEnd(36)}${least.toFixed(2)} (min), ${middle.toFixed(2)} (median)`];
  });
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** Counts the instructions of each of the ten lines, and sets them against what was recorded. */
import { INSTRUCTION_LINES } from "./instruction-lines.ts";
import { startMetered } from "./meter/gauge.ts";

export const RECORD_FILE = "bench/results/instructions.txt";
export const RECORD_COMMAND = "npm run bench:instructions -- --record";

/** How much more a line may cost than was recorded, before somebody has to say that it is meant. */
const TOLERANCE = 0.03;
const TIME = { sec: 1_767_225_600, nsec: 0 };

/** The ways to the module: Fluent Bit's function, with the record as JSON, as Fluent Bit hands it over; and the batch function. */
export const DOORS = ["mimecast_udm", "batch"] as const;
export type Door = (typeof DOORS)[number];

export type Counts = ReadonlyMap<string, Readonly<Record<Door, number>>>;

/** Instructions for each line, by its name. */
export async function countInstructions(): Promise<Counts> {
  const counts = new Map<string, Record<Door, number>>();
  for (const { name, line } of INSTRUCTION_LINES) {
    counts.set(name, {
      mimecast_udm: await costOf(line, "mimecast_udm"),
      batch: await costOf(line, "batch"),
    });
  }
  return counts;
}

/** In an instance of its own: rules count what came before, and keys are guessed by what followed them in the line before. */
async function costOf(line: string, door: Door): Promise<number> {
  const { module, cost } = await startMetered();
  const [record, bytes] = [Buffer.from(JSON.stringify({ log: line })), Buffer.from(`${line}\n`)];
  const map = (): void => {
    if (door === "batch") module.batch(bytes, "udm", TIME);
    else module.filter(record, "udm", TIME);
  };
  map();
  return cost(map).instructions;
}

/** The file's content. */
export function writeRecord(counts: Counts): string {
  const head = `Instructions for each line, as counted by npm run bench:instructions; written by ${RECORD_COMMAND}`;
  const rows = [...counts].map(([name, count]) => row(name, ...DOORS.map((door) => String(count[door]))));
  return [head, "", row("", ...DOORS), ...rows, ""].join("\n");
}

const row = (name: string, ...cells: string[]): string =>
  name.padEnd(24) + cells.map((cell) => cell.padStart(14)).join("");

export function readRecord(content: string): Counts {
  const rows = content.matchAll(/^(\S.*?) +(\d+) +(\d+)$/gm);
  return new Map(
    [...rows].map(([, name = "", udm, batch]) => [name, { mimecast_udm: +(udm ?? 0), batch: +(batch ?? 0) }]),
  );
}

/** A line of text for each count, with the recorded one and the difference beside it. */
export function table(counts: Counts, recorded: Counts): string[] {
  const cells = (count: number, before: number | undefined): string[] =>
    before === undefined
      ? [count.toLocaleString("en"), "-", "-"]
      : [count.toLocaleString("en"), before.toLocaleString("en"), percent(count, before)];
  return [
    row("", ...DOORS.flatMap((door) => [door, "recorded", "difference"])),
    ...[...counts].map(([name, count]) =>
      row(name, ...DOORS.flatMap((door) => cells(count[door], recorded.get(name)?.[door]))),
    ),
  ];
}

const percent = (count: number, before: number): string => {
  const difference = 100 * (count / before - 1);
  return `${difference > 0 ? "+" : ""}${difference.toFixed(1)} %`;
};

/** A sentence for each line that costs more than was recorded, or of which nothing was. */
export function complaints(counts: Counts, recorded: Counts): string[] {
  const remedy = `if that is meant, record it anew: ${RECORD_COMMAND}`;
  return [...counts].flatMap(([name, count]) =>
    DOORS.flatMap((door) => {
      const before = recorded.get(name)?.[door];
      if (before === undefined) return [`${name}, ${door}: nothing is recorded in ${RECORD_FILE}; ${remedy}`];
      if (count[door] <= before * (1 + TOLERANCE)) return [];
      return [
        `${name}, ${door}: ${count[door]} instructions, ${percent(count[door], before)} on the recorded ${before}; ${remedy}`,
      ];
    }),
  );
}

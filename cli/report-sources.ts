/** What a report is made of: files, folders of them, and standard input. */
import type { Stats } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { isSpoolName } from "../delivery/spool-file.ts";
import { CliError } from "./errors.ts";
import type { Io } from "./io.ts";
import { openSources, type Source, STDIN } from "./sources.ts";
import { identityOf } from "./whole-file.ts";

export interface ReportSource extends Source {
  /** Its length, if it is known beforehand. */
  readonly bytes: number | undefined;
  /** Which file it is, whatever its name; `undefined` for what is no file. */
  readonly identity: string | undefined;
  /** Whether it was gone when it was to be read. */
  vanished(): boolean;
}

const isEventsName = (name: string): boolean => /^[^.].*\.(ndjson|jsonl)$/.test(name);

/** The sources that the arguments name; of a folder its files in the order of their names. */
export async function openReportSources(
  names: readonly string[],
  holdsEvents: boolean,
  io: Io,
): Promise<ReportSource[]> {
  const wanted = names.length === 0 ? [STDIN] : names;
  const sources: ReportSource[] = [];
  if (wanted.filter((name) => name === STDIN).length > 1) await openSources(wanted, io); // it says what is wrong
  for (const name of wanted) {
    const found = name === STDIN ? undefined : await stat(name).catch(() => undefined);
    if (found?.isDirectory()) {
      sources.push(...(await ofFolder(name, holdsEvents ? isEventsName : isSpoolName, io)));
    } else {
      const [source] = await openSources([name], io);
      if (source !== undefined) sources.push(plain(source, found?.isFile() ? found : undefined));
    }
  }
  return sources;
}

const plain = (source: Source, found: Stats | undefined): ReportSource => ({
  ...source,
  bytes: found?.size,
  identity: found && identityOf(found),
  vanished: () => false,
});

/** A shipper may remove what it has delivered at any time: a file that is gone by then is told, and is no error. */
async function ofFolder(
  folder: string,
  isWanted: (name: string) => boolean,
  io: Io,
): Promise<ReportSource[]> {
  const names = (await list(folder)).filter(isWanted).sort();
  if (names.length === 0) {
    throw new CliError(`there is no log in the folder ${folder}`, {
      code: "input_empty",
      remedy:
        "name the folder of the files *.siem (with --events: *.ndjson, *.jsonl), or the files themselves",
    });
  }
  const sources = await Promise.all(names.map((name) => vanishing(join(folder, name), io)));
  return sources.filter((source) => source !== undefined);
}

/** `undefined` for what is there and is no file. */
async function vanishing(path: string, io: Io): Promise<ReportSource | undefined> {
  let gone = false;
  const orGone = (error: unknown): undefined => {
    if (!(error instanceof CliError) || error.code !== "input_missing") throw error;
    gone = true;
    return undefined;
  };
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() === false) return undefined;
  const source = (await openSources([path], io).catch(orGone))?.[0];
  return {
    time: source?.time ?? io.startedAt,
    bytes: found?.size ?? 0,
    identity: found && identityOf(found),
    vanished: () => gone,
    async *chunks() {
      try {
        if (source !== undefined) yield* source.chunks();
      } catch (error) {
        orGone(error);
      }
    },
  };
}

async function list(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    throw new CliError(`cannot read the folder ${folder}`, {
      code: "input_unreadable",
      remedy: "check that it can be read by the user that runs the command",
      cause: error,
    });
  }
}

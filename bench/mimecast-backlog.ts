/**
 * Backlogs for the simulated Mimecast that are made while they are fetched: lines packed once, and for each answer no more
 * changed than a name or a first line. So the server has little to do, and the fetcher sees files of which no two are equal.
 */
import { gzipSync } from "node:zlib";
import type { Batch1, File2, SimulatedMimecast } from "../test/mimecast/server.ts";
import { zip } from "../test/mimecast/zip.ts";
import { benchLines } from "./lines.ts";

export interface Backlog {
  readonly files: number;
  readonly records: number;
  /** Unpacked, as the fetcher writes it. */
  readonly bytes: number;
  /** As it goes over the wire. */
  readonly packedBytes: number;
}

/** Records of one file, about 3.5 MB of API 1.0 and 4.5 MB of API 2.0. */
const RECORDS = 8_000;
/** Files of one answer of API 1.0, and of one page of API 2.0. */
const FILES = 3;

const digits = (number: number): string => String(number).padStart(7, "0");
const linesLike = (isWanted: (line: string) => boolean): string[] =>
  benchLines(RECORDS * 12)
    .filter(isWanted)
    .slice(0, RECORDS);

/** API 1.0: zips of key=value files. Only the members' names differ: equal files of two names are two files. */
export function publishBacklog1(server: SimulatedMimecast, wantedBytes: number): Backlog {
  const lines = linesLike((line) => line.startsWith("datetime="));
  const content = Buffer.from(`${lines.join("\n")}\n`);
  const mark = "@@@@@@@";
  const kinds = ["receipt", "process", "delivery"].slice(0, FILES);
  const packed = zip(kinds.map((kind) => ({ name: `${kind}_${mark}.siem`, content })));
  const answers = Math.ceil(wantedBytes / (content.length * FILES));
  for (let number = 0; number < answers; number++) {
    const batch: Batch1 = {
      members: [],
      get raw() {
        return renamed(packed, mark, digits(number));
      },
    };
    server.batches.push(batch);
  }
  const files = answers * FILES;
  return {
    files,
    records: files * lines.length,
    bytes: files * content.length,
    packedBytes: answers * packed.length,
  };
}

/** A copy with each `mark` in a member's name replaced; checksums are those of the contents alone. */
function renamed(packed: Buffer, mark: string, name: string): Buffer {
  const copy = Buffer.from(packed);
  const whole = `_${mark}.siem`;
  for (let at = copy.indexOf(whole); at >= 0; at = copy.indexOf(whole, at + 1))
    copy.write(`_${name}.siem`, at, "latin1");
  return copy;
}

/** API 2.0: gzips of JSON lines, over three types. Each begins with a line of its own, packed by itself. */
export function publishBacklog2(server: SimulatedMimecast, wantedBytes: number): Backlog {
  const lines = linesLike((line) => line.startsWith("{") && line.includes('"_offset"'));
  const content = Buffer.from(`${lines.join("\n")}\n`);
  const packed = gzipSync(content);
  const ownLine = (number: number): string => `{"type":"receipt","processingId":"${digits(number)}"}\n`;
  const types = ["receipt", "process", "delivery"];
  const pages = Math.ceil(wantedBytes / (content.length * FILES * types.length));
  for (const [index, type] of types.entries()) {
    server.pages.set(
      type,
      Array.from({ length: pages }, (_, page) =>
        Array.from({ length: FILES }, (_, file): File2 => {
          const number = (index * pages + page) * FILES + file;
          return {
            content: "",
            get raw() {
              return Buffer.concat([gzipSync(ownLine(number)), packed]);
            },
          };
        }),
      ),
    );
  }
  const files = pages * FILES * types.length;
  return {
    files,
    records: files * (lines.length + 1),
    bytes: files * (content.length + ownLine(0).length),
    packedBytes: files * (packed.length + gzipSync(ownLine(0)).length),
  };
}

/**
 * Makes a PNG smaller, pixel for pixel the same. Chromium compresses its screenshots for speed, and with filters made for
 * photographs; text on plain ground becomes smaller without any (PNG, third edition, chapters 9 and 11).
 */
import { crc32, deflateSync, inflateSync } from "node:zlib";

const SIGNATURE = 8;
/** Bytes of a pixel, by colour type: RGB and RGBA, as screenshots have them. */
const PIXEL: Readonly<Record<number, number>> = { 2: 3, 6: 4 };

export function compressed(png: Buffer): Buffer {
  const width = png.readUInt32BE(16);
  const pixel = PIXEL[png.readUInt8(25)];
  if (png.readUInt8(24) !== 8 || pixel === undefined)
    throw new Error("the PNG is none of 8 bits RGB or RGBA");
  const data: Buffer[] = [];
  const others: Buffer[] = [];
  for (let at = SIGNATURE; at < png.length; ) {
    const end = at + 12 + png.readUInt32BE(at);
    const isData = png.toString("latin1", at + 4, at + 8) === "IDAT";
    if (isData) data.push(png.subarray(at + 8, end - 4));
    else others.push(png.subarray(at, end));
    at = end;
  }
  const lines = unfiltered(inflateSync(Buffer.concat(data)), width * pixel, pixel);
  const end = others.pop() ?? Buffer.alloc(0);
  return Buffer.concat([
    png.subarray(0, SIGNATURE),
    ...others,
    chunk("IDAT", deflateSync(lines, { level: 9 })),
    end,
  ]);
}

/** Each line with the filter `none`. Works in place. */
function unfiltered(lines: Buffer, length: number, pixel: number): Buffer {
  let above: Buffer = Buffer.alloc(length);
  for (let start = 0; start < lines.length; start += length + 1) {
    const filter = lines[start];
    const line = lines.subarray(start + 1, start + 1 + length);
    for (let i = 0; i < length; i++) {
      const left = line[i - pixel] ?? 0;
      const up = above[i] ?? 0;
      const diagonal = above[i - pixel] ?? 0;
      line[i] = (line[i] ?? 0) + predicted(filter, left, up, diagonal);
    }
    lines[start] = 0;
    above = line;
  }
  return lines;
}

function predicted(filter: number | undefined, left: number, up: number, diagonal: number): number {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  if (filter === 4) {
    const guess = left + up - diagonal;
    const [byLeft, byUp, byDiagonal] = [left, up, diagonal].map((value) => Math.abs(guess - value)) as [
      number,
      number,
      number,
    ];
    if (byLeft <= byUp && byLeft <= byDiagonal) return left;
    return byUp <= byDiagonal ? up : diagonal;
  }
  return 0;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32BE(data.length, 0);
  numbers.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([numbers.subarray(0, 4), body, numbers.subarray(4)]);
}

/** Writes zips: good ones, and those that a writer with manners would refuse to write. */
import { crc32, deflateRawSync } from "node:zlib";

export interface ZipMember {
  readonly name: string;
  readonly content: Uint8Array;
  /** Says another checksum than that of the content. */
  readonly badChecksum?: boolean;
  /** Cuts the packed bytes short, and fills up with zeros. */
  readonly torn?: boolean;
}

export function zip(members: readonly ZipMember[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, badChecksum, torn } of members) {
    const packed = deflateRawSync(content);
    if (torn) packed.fill(0, packed.length >> 1);
    const rawName = Buffer.from(name, "utf8");
    const sum = (crc32(Buffer.from(content)) ^ (badChecksum ? 1 : 0)) >>> 0;
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x800, 2);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(sum, 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(rawName.length, 22);
    parts.push(Buffer.from("PK\x03\x04", "latin1"), common, rawName, packed);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.from("PK\x01\x02\x14\x00", "latin1"), common, tail, rawName);
    offset += 30 + rawName.length + packed.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, list, end]);
}

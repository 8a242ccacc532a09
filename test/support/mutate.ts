// Bends inputs byte by byte, from a seed: the same seed gives the same inputs.

/** Marsaglia's xorshift32: repeatable, and quick enough for millions of inputs. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed ^ 0x9e37_79b9, 0x85eb_ca6b) | 1;
  }

  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % limit;
  }

  of<T>(items: ArrayLike<T>): T {
    return items[this.below(items.length)] as T;
  }
}

/** Bytes that mean something to a reader of key=value, JSON, UTF-8, times or addresses. */
const BYTES = Buffer.from('|=\\"{}[]:,<>@#$+-./09 eTZux\0\t\x07\x1b\x7f');
const HIGH_BYTES = [0x80, 0xbf, 0xc0, 0xc3, 0xe2, 0xed, 0xef, 0xf0, 0xf4, 0xff];

const TOKENS =
  `|Act=Rej¦|IP=198.51.100.1¦|Subject=\\¦\\|headerFrom=¦|MsgId=<¦|datetime=¦|k=1¦|k2=¦=null¦<>¦|||¦\\\\¦\\"¦\\u0000¦
  \\ud800¦\\udc00¦\\ud83d\\ude00¦"log":¦"message":¦"type":"av",¦,"Act":null¦,"k":[1, {"a": "b"}]¦"SpamProcessingDetail":¦
  {"spf":{"allow":true}}¦[[[[[[[[¦{"a":{"a":{"a":¦18446744073709551616¦1e400¦-0.0¦2024-02-30T24:60:61¦253402300800000¦
  ::ffff:1.2.3.4¦1:2:3:4:5:6:7:8:9¦a@b,"c,d"@e¦, , ,¦""",¦|AttNames="¦|duplicate.IP=1¦|extra.1.x=¦|unparsed=¦
  |mimecast_log_type=¦"mimecast_error":1,¦|recipients=x¦|action=hold¦|emailSize=1¦|senderIp=::1¦|destinationIp=1.1.1.1¦
  filename_for_malachite=/av_¦\ufeff¦\ufffd¦😀¦é`
    .split("¦")
    .map((token) => Buffer.from(token.replace(/^\s+(?=\S)/, "")));

/** Values of members, as JSON text. */
const VALUES = [
  ...[
    "null",
    "true",
    "0",
    "-0.5e3",
    "1709629811000",
    '""',
    '"null"',
    '"<>"',
    '"\\ud800"',
    '"a\\u0000b"',
    "[]",
  ],
  ...[
    '{"spf":{"allow":true,"info":"x"}}',
    '"{\\"dkim\\":{\\"allow\\":1}}"',
    '"av"',
    '"url protect"',
    '"a@b,c@d"',
  ],
  ...['"1.2.3.4"', `${"[".repeat(127)}1${"]".repeat(127)}`, `${"[".repeat(128)}1${"]".repeat(128)}`],
];

/** JSON text of a name, and of a value. */
export type Member = readonly [name: string, value: string];

export function membersOf(json: string): Member[] {
  const object: Record<string, unknown> = JSON.parse(json);
  return Object.entries(object).map(([name, value]) => [JSON.stringify(name), JSON.stringify(value)]);
}

/** Bends one input at a time, in memory of its own. */
export class Mutator {
  readonly #random: Random;
  readonly #parts: readonly Buffer[];
  readonly #bytes: Buffer;
  #length = 0;

  /** `parts` are inputs whose pieces are put into others; nothing gets longer than `longest` bytes. */
  constructor(random: Random, parts: readonly Buffer[], longest: number) {
    this.#random = random;
    this.#parts = parts;
    this.#bytes = Buffer.alloc(longest);
  }

  /** `input` after one to eight changes, mostly few. A view, valid until the next call. */
  bend(input: Buffer): Buffer {
    this.#length = input.copy(this.#bytes);
    for (let changes = 1 + this.#random.below(8) * this.#random.below(2); changes > 0; changes--)
      this.#change();
    return this.#bytes.subarray(0, this.#length);
  }

  /** `members` as a JSON object, after one to four changes that leave it one. */
  bendMembers(members: readonly Member[]): Buffer {
    const random = this.#random;
    const bent = [...members];
    for (let changes = 1 + random.below(4); changes > 0; changes--) {
      const at = random.below(bent.length);
      const [name, value] = bent[at] ?? ["Act", "1"];
      switch (random.below(5)) {
        case 0:
          bent[at] = [name, random.of(VALUES)];
          break;
        case 1:
          bent[at] = [this.#bendString(name), value];
          break;
        case 2:
          bent.splice(random.below(bent.length + 1), 0, [name, random.of(VALUES)]);
          break;
        default:
          bent[at] = [name, this.#bendString(value)];
      }
    }
    return Buffer.from(`{${bent.map(([name, value]) => `${name}:${value}`).join(random.of([",", " ,\t"]))}}`);
  }

  /** The JSON text of a string, bent; what is no string becomes one. */
  #bendString(json: string): string {
    const value: unknown = JSON.parse(json);
    const bytes = this.bend(Buffer.from(typeof value === "string" ? value : json));
    return JSON.stringify(bytes.toString(this.#random.below(4) === 0 ? "latin1" : "utf8"));
  }

  #change(): void {
    const random = this.#random;
    const at = random.below(this.#length + 1);
    switch (random.below(12)) {
      case 0:
        if (at < this.#length) this.#bytes[at] = (this.#bytes[at] ?? 0) ^ (1 << random.below(8));
        break;
      case 1:
      case 2:
        if (at < this.#length) this.#bytes[at] = random.of(BYTES);
        break;
      case 3:
        this.#insert(at, Buffer.of(random.of(HIGH_BYTES)));
        break;
      case 4:
        this.#insert(at, Buffer.of(random.of(BYTES)));
        break;
      case 5:
      case 6:
        this.#insert(at, random.of(TOKENS));
        break;
      case 7:
        this.#insert(at, this.#piece(random.of(this.#parts)));
        break;
      case 8:
        this.#insert(at, this.#piece(Buffer.from(this.#bytes.subarray(0, this.#length))));
        break;
      case 9:
        this.#remove(at, 1);
        break;
      case 10:
        this.#remove(at, random.below(40));
        break;
      default:
        if (random.below(4) === 0) this.#length = at;
    }
  }

  /** A short piece of `from`, that often begins where a field does. */
  #piece(from: Buffer): Buffer {
    const at = this.#random.below(from.length + 1);
    const field = this.#random.below(2) === 0 ? -1 : from.indexOf(0x7c, at);
    const start = field < 0 ? at : field;
    return from.subarray(start, start + this.#random.below(60));
  }

  #insert(at: number, piece: Buffer): void {
    if (this.#length + piece.length > this.#bytes.length) return;
    this.#bytes.copyWithin(at + piece.length, at, this.#length);
    piece.copy(this.#bytes, at);
    this.#length += piece.length;
  }

  #remove(at: number, count: number): void {
    const removed = Math.min(count, this.#length - at);
    this.#bytes.copyWithin(at, at + removed, this.#length);
    this.#length -= removed;
  }
}

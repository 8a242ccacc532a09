/** One input on its way through the module: piece by piece, so that it can be cancelled and looked at meanwhile. */
import { account, type Tables } from "../../explain/account.ts";
import type { UdmEvent } from "../../explain/event.ts";
import { toText } from "../../host/bytes.ts";
import type { ExplainModule } from "../../host/explain.ts";
import { type Batch, type HostTime, type MimecastModule, type Position, START } from "../../host/module.ts";
import type { Answer, Look } from "../protocol.ts";
import { Counter } from "./counting.ts";
import { locate } from "./locate.ts";
import { type EventStore, openStore } from "./store.ts";

/** Read at once. */
const READ = 1024 * 1024;
/** Given to the module at once: a record is found again within so much. */
const PIECE = 128 * 1024;
/** Records that are longer are not shown. */
const LONGEST = 2 * 1024 * 1024;
/** What the module may want to see behind a record to know that it has ended. */
const BEHIND = 64;
const PROGRESS_EVERY = 100;

/** Where records lie: in the input, and their events in the store. */
interface Mark {
  readonly number: number;
  readonly input: Position;
  readonly output: number;
}

export interface Modules {
  /** Instances are made of it; it maps nothing itself. */
  readonly mapper: MimecastModule;
  readonly explainer: ExplainModule;
  readonly tables: Tables;
}

type Tell = (answer: Answer) => void;

export class Job {
  readonly #number: number;
  readonly #input: Blob;
  readonly #time: HostTime;
  readonly #modules: Modules;
  readonly #tell: Tell;
  readonly #counter = new Counter();
  readonly #marks: Mark[] = [];
  #store: EventStore | undefined;
  #read = 0;
  #written = 0;
  #isCancelled = false;
  #isClosed = false;

  constructor(number: number, input: Blob, time: HostTime, modules: Modules, tell: Tell) {
    this.#number = number;
    this.#input = input;
    this.#time = time;
    this.#modules = modules;
    this.#tell = tell;
  }

  /** Maps the input and tells of it, until its end or until it is cancelled. */
  async run(): Promise<void> {
    this.#store = await openStore(this.#input.size);
    if (this.#isClosed) return await this.close();
    const feed = (await this.#modules.mapper.another()).feed("udm", this.#time);
    let at: Position = START;
    const take = (batches: Iterable<Batch>): void => {
      for (const batch of batches) {
        this.#take(batch, at);
        at = feed.position;
      }
    };
    let told = performance.now();
    while (this.#read < this.#input.size && !this.#isCancelled) {
      const bytes = await this.#bytes(this.#read, this.#read + READ);
      for (let i = 0; i < bytes.length; i += PIECE) take(feed.push(bytes.subarray(i, i + PIECE)));
      this.#read += bytes.length;
      if (performance.now() - told < PROGRESS_EVERY) continue;
      told = performance.now();
      this.#tell({ tell: "progress", job: this.#number, counts: this.#counts() });
    }
    if (!this.#isCancelled) take(feed.end());
    if (this.#isClosed) return;
    const events = await this.#store?.end();
    const isCancelled = this.#isCancelled;
    this.#tell({
      tell: "end",
      job: this.#number,
      counts: this.#counts(),
      isCancelled,
      ...(events && { events }),
    });
  }

  cancel(): void {
    this.#isCancelled = true;
  }

  /** Stops, and removes what was kept. */
  async close(): Promise<void> {
    this.#isCancelled = this.#isClosed = true;
    const store = this.#store;
    this.#store = undefined;
    await store?.close();
  }

  /** Tells of one record; of none if it was not reached. */
  async look(number: number): Promise<void> {
    if (number < 0 || number >= this.#counter.records) return;
    const look = await this.#look(number);
    if (!this.#isClosed) this.#tell({ tell: "look", job: this.#number, look });
  }

  #take({ output, records }: Batch, input: Position): void {
    this.#marks.push({ number: this.#counter.records, input, output: this.#written });
    this.#counter.add(toText(output));
    if (this.#marks.at(-1)?.number !== this.#counter.records - records) {
      throw new Error("the module told another number of records than it wrote");
    }
    this.#written += output.length;
    try {
      this.#store?.append(output);
    } catch (error) {
      console.info("The events are not kept: there is no room for them.", error);
      this.#store?.close().catch((failure: unknown) => console.info(failure));
      this.#store = undefined;
    }
  }

  #counts() {
    return this.#counter.counts(this.#read, this.#input.size);
  }

  async #look(number: number): Promise<Look> {
    const index = this.#marks.findLastIndex((mark) => mark.number <= number);
    const mark = this.#marks[index] as Mark;
    const next = this.#marks[index + 1];
    const line = await this.#line(number, mark, next);
    const kept = await this.#kept(number, mark, next);
    const length = line.length;
    const isTooLong = length > LONGEST;
    const event = kept ?? (await this.#alone(line));
    const rest = { number, length, event, isAlone: kept === undefined };
    if (isTooLong) return rest;
    const text = toText(line).replace(/[\r\n]+$/, "");
    if (event.mimecast_error !== undefined) return { ...rest, text };
    const { explainer, tables } = this.#modules;
    return { ...rest, text, account: account(event, explainer.explain(line, this.#time), tables) };
  }

  /** The bytes of a record, without what belongs to none. */
  async #line(number: number, mark: Mark, next: Mark | undefined): Promise<Uint8Array> {
    const { offset } = mark.input;
    const end = next === undefined ? this.#read : next.input.offset + BEHIND;
    const bytes = await this.#bytes(offset, end);
    // Only a record that is longer than a piece makes the distance so long, and it is the first.
    if (number === mark.number && end - offset > LONGEST + 2 * PIECE) return bytes;
    const found = locate(await this.#modules.mapper.another(), bytes, mark.input, number - mark.number);
    return bytes.subarray(found.from, found.to);
  }

  /** The event as it was written. */
  async #kept(number: number, mark: Mark, next: Mark | undefined): Promise<UdmEvent | undefined> {
    const bytes = await this.#store?.read(mark.output, next?.output ?? this.#written);
    const line = bytes && toText(bytes).split("\n")[number - mark.number];
    return line === undefined ? undefined : (JSON.parse(line) as UdmEvent);
  }

  async #alone(line: Uint8Array): Promise<UdmEvent> {
    return JSON.parse((await this.#modules.mapper.another()).map(line, "udm", this.#time)) as UdmEvent;
  }

  async #bytes(from: number, to: number): Promise<Uint8Array> {
    return new Uint8Array(await this.#input.slice(from, to).arrayBuffer());
  }
}

/** Counts events as they come out of the module. */
import { duplicateKeys, type UdmEvent } from "../../explain/event.ts";
import type { Counts, Tally } from "../protocol.ts";

/** Of records that have something in common so many are remembered by their number. */
const REMEMBERED = 1000;

export class Counter {
  records = 0;
  unmapped = 0;
  readonly #logTypes = new Map<string, Tally>();
  readonly #rules = new Map<string, Tally>();
  readonly #errors = new Map<string, Tally>();
  readonly #forged: Tally = { count: 0, first: [] };

  /** `lines`: a JSON object and LF for each record. */
  add(lines: string): void {
    for (let from = 0, to = lines.indexOf("\n"); to >= 0; from = to + 1, to = lines.indexOf("\n", from)) {
      this.#addOne(JSON.parse(lines.slice(from, to)) as UdmEvent);
      this.records++;
    }
  }

  #addOne(event: UdmEvent): void {
    if (event.mimecast_error !== undefined) {
      this.unmapped++;
      this.#count(this.#errors, event.mimecast_error.code);
      return;
    }
    this.#count(this.#logTypes, event.additional?.mimecast_log_type ?? "");
    for (const { rule_id: id } of event.security_result ?? []) {
      if (id !== undefined) this.#count(this.#rules, id);
    }
    if (duplicateKeys(event) !== undefined) this.#remember(this.#forged);
  }

  #count(tallies: Map<string, Tally>, name: string): void {
    let tally = tallies.get(name);
    if (tally === undefined) {
      tally = { count: 0, first: [] };
      tallies.set(name, tally);
    }
    this.#remember(tally);
  }

  #remember(tally: Tally): void {
    if (tally.count++ < REMEMBERED) tally.first.push(this.records);
  }

  counts(bytes: number, total: number): Counts {
    const { records, unmapped } = this;
    const [logTypes, rules, errors, forged] = [this.#logTypes, this.#rules, this.#errors, this.#forged];
    return { records, unmapped, bytes, total, logTypes, rules, errors, forged };
  }
}

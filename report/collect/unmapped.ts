/** Records that could not be mapped: how many by code, and the first few of each. */
import { cut } from "./cut.ts";
import type { Figures } from "./figures.ts";

/** Codes beyond these are counted together. */
const MOST_CODES = 32;
export const SAMPLES_A_CODE = 10;
const LONGEST_CODE = 80;
const LONGEST_SAMPLE = 400;

interface Code {
  readonly message: string;
  count: number;
  readonly samples: string[];
}

export class Unmapped {
  readonly #codes = new Map<string, Code>();
  #count = 0;
  #others = 0;

  get count(): number {
    return this.#count;
  }

  add(code: string, message: string, record: string): void {
    this.#count++;
    const name = cut(code, LONGEST_CODE);
    let found = this.#codes.get(name);
    if (found === undefined) {
      if (this.#codes.size === MOST_CODES) {
        this.#others++;
        return;
      }
      found = { message: cut(message, LONGEST_SAMPLE), count: 0, samples: [] };
      this.#codes.set(name, found);
    }
    found.count++;
    if (found.samples.length < SAMPLES_A_CODE) found.samples.push(cut(record, LONGEST_SAMPLE));
  }

  figures(): Pick<Figures, "unmappedCodes" | "otherUnmapped"> {
    const unmappedCodes = [...this.#codes]
      .map(([code, rest]) => ({ code, ...rest }))
      .sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
    return { unmappedCodes, otherUnmapped: this.#others };
  }
}

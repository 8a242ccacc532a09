/**
 * The module that knows itself: loads `mimecast-explain.wasm` and asks it for its dictionary, mapping rows and rules, or
 * for what became of the fields of one line. Types and loading only; what rows, fields and rules mean is said in the module.
 */
import { REMEDY, readModule } from "#read-module";
import { toText } from "./bytes.ts";
import { ModuleError } from "./errors.ts";
import type { HostTime } from "./module.ts";

/** A field of the dictionary. */
export interface DictionaryField {
  /** Its own name, then others that mean the same. */
  readonly names: readonly [string, ...string[]];
  /** Whether strangers write it (docs/grammar.md, Two marks in the dictionary). */
  readonly mark?: "text" | "stranger";
}

/** Which field goes to which UDM path, and who says so. */
export interface MappingRow {
  /** UDM path, `[]` behind repeated fields. */
  readonly udm: string;
  /** Names of fields, joined by `, `, or what else the value is made from; may be empty. */
  readonly from: string;
  /** Of `G`, `G+`, `own`, joined by `, `. */
  readonly origin: string;
  readonly remark: string;
}

/** A word that Mimecast writes, in lower case, and the UDM action that it means. */
export interface ActionWord {
  readonly word: string;
  readonly udm: string;
}

/** A word of RejType or of Hld, in lower case, and what it means. */
export interface VerdictWord {
  readonly word: string;
  /** UDM category, if it gives one. */
  readonly udm?: string;
  /** Only for Hld: spelled out; empty where it stays as it came. */
  readonly name?: string;
  /** 0 LOW, 1 MEDIUM, 2 HIGH. */
  readonly severity: 0 | 1 | 2;
}

/** What a rule asks of a line. */
export interface RuleCondition {
  /** The field has a value, is the word, has the word in it, is `true`; or: the line is one of attachment protect. */
  readonly asks: "present" | "is" | "has" | "true" | "attachment";
  /** All but the last ask of one. */
  readonly field?: string;
  /** In lower case; it is compared without case. */
  readonly word?: string;
}

/** What a rule counts. */
export interface RuleCount {
  /** Id of the rule that is counted. */
  readonly rule: number;
  readonly count: number;
  /** The field in which the lines counted agree. */
  readonly same?: string;
  /** The field in which each of them has another value. */
  readonly different?: string;
}

/** A technique of ATT&CK, as it stands in an event. */
export interface Technique {
  readonly id: string;
  readonly name: string;
  readonly subtechnique_id?: string;
  readonly subtechnique_name?: string;
}

/** A detection rule: it has conditions, all of which must hold, or counts another rule. */
export interface DetectionRule {
  readonly id: number;
  /** Wazuh's. */
  readonly level: number;
  /** UDM's, which the level gives. */
  readonly severity: string;
  /** `$(name)` stands for a field's value. */
  readonly name: string;
  readonly conditions?: readonly RuleCondition[];
  readonly counts?: RuleCount;
  readonly attack_details: { readonly version: string; readonly techniques: readonly Technique[] };
}

/** How rules count. */
export interface Counting {
  /** Milliseconds. */
  readonly window: number;
  /** Keys of one rule, at most. */
  readonly keys: number;
  /** Keys that share a place, so that one of them gives way to another. */
  readonly ways: number;
  /** Events of one key, at most. */
  readonly events: number;
  /** Memory of all rules together. */
  readonly bytes: number;
}

/** What the module knows of fields, rows and rules. */
export interface Description {
  readonly fields: readonly DictionaryField[];
  readonly rows: readonly MappingRow[];
  /** Words of Act. */
  readonly acts: readonly ActionWord[];
  /** Words of Action. */
  readonly actions: readonly ActionWord[];
  /** Words looked for in RejType, in this order. */
  readonly rejections: readonly VerdictWord[];
  /** Words of Hld. */
  readonly holds: readonly VerdictWord[];
  /** In ascending order of ids. */
  readonly rules: readonly DetectionRule[];
  readonly counting: Counting;
}

/** A field of one line and the rows that used it. */
export interface ExplainedField {
  /** Its first name in the dictionary. */
  readonly field: string;
  /** The name that came. */
  readonly name: string;
  readonly value: string;
  /** Indexes into `Description.rows`. */
  readonly rows: readonly number[];
}

/** What stood in one line beside the dictionary's fields (docs/grammar.md, Names in the event …). */
export interface ExplainedEntry {
  readonly kind: "unknown" | "extra" | "duplicate" | "unparsed";
  readonly name: string;
  readonly value: string;
  /** The N of `extra.N.…` and of `duplicate.N.…`. */
  readonly ordinal: number;
}

/** A rule that has conditions, and one line. */
export interface ExplainedRule {
  readonly id: number;
  /** Of each condition whether it holds. */
  readonly holds: readonly boolean[];
}

/** What became of one line. Fields and keys without a value are left out. */
export interface Explanation {
  readonly fields: readonly ExplainedField[];
  readonly entries: readonly ExplainedEntry[];
  readonly rules: readonly ExplainedRule[];
}

interface Exports {
  readonly memory: WebAssembly.Memory;
  malloc(size: number): number;
  free(block: number): void;
  mimecast_describe(): number;
  mimecast_explain(input: number, length: number, seconds: number, nanoseconds: number): number;
}

export class ExplainModule {
  readonly #exports: Exports;

  private constructor(exports: Exports) {
    this.#exports = exports;
  }

  /** Loads the module from a file. */
  static async load(path: string | URL): Promise<ExplainModule> {
    try {
      return await ExplainModule.from(await readModule(path));
    } catch (error) {
      if (error instanceof ModuleError) throw error;
      const message = `cannot load the module ${path}; ${REMEDY}`;
      throw new ModuleError(message, { code: "module_unreadable", cause: error });
    }
  }

  /** Instantiates the module from its bytes. */
  static async from(bytes: Uint8Array<ArrayBuffer>): Promise<ExplainModule> {
    const { instance } = await WebAssembly.instantiate(bytes, {});
    const exports = instance.exports as unknown as Exports;
    if (typeof exports.mimecast_describe !== "function" || typeof exports.mimecast_explain !== "function") {
      throw new ModuleError("the module cannot explain itself; use build/mimecast-explain.wasm", {
        code: "module_unsuitable",
      });
    }
    return new ExplainModule(exports);
  }

  describe(): Description {
    return JSON.parse(this.#text(this.#exports.mimecast_describe())) as Description;
  }

  /** What became of the one record in `line`. A record that cannot be mapped gives empty lists. */
  explain(line: Uint8Array, time: HostTime): Explanation {
    const at = this.#exports.malloc(line.length) >>> 0;
    if (at === 0) {
      throw new ModuleError(`the module has no room for a line of ${line.length} bytes`, {
        code: "module_memory",
      });
    }
    try {
      new Uint8Array(this.#exports.memory.buffer).set(line, at);
      const answer = this.#exports.mimecast_explain(at, line.length, time.sec, time.nsec);
      return JSON.parse(this.#text(answer)) as Explanation;
    } finally {
      this.#exports.free(at);
    }
  }

  /** The text at `at`, up to its NUL. */
  #text(at: number): string {
    const from = at >>> 0;
    const memory = new Uint8Array(this.#exports.memory.buffer);
    return toText(memory.subarray(from, memory.indexOf(0, from)));
  }
}

/** MITRE ATT&CK techniques that rules point at, by the names of the version below. */
import { literal } from "../output/literal";
import { lit, position, reserve, rewind } from "../output/writer";

/** Of enterprise ATT&CK. Tactics are left out: one technique serves several, and a log line does not say which. */
const VERSION = literal("17.1");

@unmanaged
export class Technique {
  /** Literals; those of a sub-technique are 0 where there is none. */
  id: usize;
  name: usize;
  subId: usize;
  subName: usize;
}

const TECHNIQUE_BYTES: usize = 16;
const MAX_TECHNIQUES: i32 = 16;
const TECHNIQUES: usize = memory.data(256, 4);
let techniques: i32 = 0;

/** Declares one; for the top level of rules.ts only. All four are literals. */
export function technique(id: usize, name: usize, subId: usize = 0, subName: usize = 0): Technique {
  const added = changetype<Technique>(TECHNIQUES + <usize>techniques * TECHNIQUE_BYTES);
  techniques++;
  added.id = id;
  added.name = name;
  added.subId = subId;
  added.subName = subName;
  return added;
}

export function techniquesFit(): bool {
  return techniques <= MAX_TECHNIQUES;
}

const DETAILS = literal('"attack_details":{"version":"');
const LIST = literal('","techniques":[');
const ID = literal('{"id":"');
const NAME = literal('","name":"');
const SUB_ID = literal('","subtechnique_id":"');
const SUB_NAME = literal('","subtechnique_name":"');
const END = literal('"},');
const LIST_END = literal("]}");

/** `"attack_details":{…}` with `count` techniques, whose addresses stand one after the other at `list`. */
export function writeAttackDetails(list: usize, count: u32): void {
  reserve(0);
  lit(DETAILS);
  lit(VERSION);
  lit(LIST);
  for (let i: u32 = 0; i < count; i++) {
    const one = changetype<Technique>(load<u32>(list + ((<usize>i) << 2)));
    lit(ID);
    lit(one.id);
    lit(NAME);
    lit(one.name);
    if (one.subId != 0) {
      lit(SUB_ID);
      lit(one.subId);
      lit(SUB_NAME);
      lit(one.subName);
    }
    lit(END);
  }
  rewind(position() - 1);
  lit(LIST_END);
}

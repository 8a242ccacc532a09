import { ensure, MAX_MEMORY, memoryEnd, scratch } from "../../../assembly/abi/memory";
import { literal } from "../../../assembly/output/literal";
import {
  byte,
  lit,
  outputFailed,
  outputStart,
  position,
  reserve,
  restartOutput,
  text,
} from "../../../assembly/output/writer";
import { answer, beginAnswer, place } from "../support";

const OBJECT = literal('{"a":1}');
const LONG = place("x".repeat(100000));

// From here on memory has the size that the module never goes beyond.
memory.grow(<i32>((MAX_MEMORY - memoryEnd()) >> 16));

describe("an answer for which there is no memory left", () => {
  it("is begun where memory cannot grow", () => {
    expect(memoryEnd()).toBe(MAX_MEMORY);
    expect(ensure(MAX_MEMORY + 1)).toBe(false);
    expect(scratch(1) == 0).toBe(true);
  });

  it("has failed from its start", () => {
    beginAnswer();
    expect(outputFailed()).toBe(true);
  });

  it("stands in the module's static memory, where an error fits", () => {
    beginAnswer();
    expect(outputStart()).toBeLessThan(<usize>__heap_base);
    expect(outputStart() + 2048).toBeLessThan(<usize>__heap_base);
    restartOutput();
    lit(OBJECT);
    expect(answer()).toBe('{"a":1}');
    expect(outputFailed()).toBe(false);
  });

  it("begins anew where a text does not fit, and has failed", () => {
    beginAnswer();
    restartOutput();
    lit(OBJECT);
    text(LONG, 100000);
    expect(position()).toBe(outputStart());
    expect(outputFailed()).toBe(true);
  });

  it("begins anew where room for it cannot be made, as often as it is asked for", () => {
    beginAnswer();
    restartOutput();
    for (let i = 0; i < 100; i++) {
      for (let j = 0; j < 1000; j++) byte(0x78);
      reserve(1000);
    }
    expect(position() - outputStart()).toBeLessThan(2048);
    expect(outputFailed()).toBe(true);
  });
});

/**
 * Part of `npm run bench`: nanoseconds for each byte of lines of 300 B to 300 KB, by shape. A line of 300 B has the cost of an event
 * in it, however little stands there; behind 3 KB the figures of a row should be alike, and test/linear.test.ts holds
 * instructions to that.
 */
import { MimecastModule } from "../host/module.ts";
import { DOORS, type Door, type Shape, shapeNamed, unitsFor } from "./shapes.ts";

const TIME = { sec: 1_767_225_600, nsec: 0 };
const SIZES = [300, 3_000, 30_000, 300_000];
const TURNS = 7;
/** Bytes that are mapped between two looks at the clock. */
const BYTES_A_TURN = 2_000_000;
const SHAPES = [
  "known fields, again and again",
  "one long value",
  "escapes",
  "names in AttNames",
  "recipients",
  "JSON: known members",
].map(shapeNamed);

const module = await MimecastModule.load("build/mimecast.wasm");

/** At best of several turns: the one least disturbed. */
function nanoseconds(shape: Shape, door: Door, size: number): number {
  const input = DOORS[door](shape, unitsFor(shape, door, size));
  const calls = Math.ceil(BYTES_A_TURN / input.length);
  let best = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < TURNS; turn++) {
    const start = performance.now();
    for (let call = 0; call < calls; call++) {
      if (door === "batch") module.batch(input, "udm", TIME);
      else module.filter(input, "udm", TIME);
    }
    best = Math.min(best, performance.now() - start);
  }
  return (best * 1e6) / (calls * input.length);
}

for (const door of Object.keys(DOORS) as Door[]) {
  console.log(
    `${`ns for each byte, ${door}`.padEnd(34)}${SIZES.map((size) => `${size} B`.padStart(12)).join("")}`,
  );
  for (const shape of SHAPES) {
    const cells = SIZES.map((size) => nanoseconds(shape, door, size).toFixed(2).padStart(12));
    console.log(`  ${shape.name.padEnd(32)}${cells.join("")}`);
  }
}

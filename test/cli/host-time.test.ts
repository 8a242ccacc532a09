// Times for records that have none, in the form the module takes: seconds and nanoseconds, 32 bits each.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fromMilliseconds, fromNanoseconds } from "../../host/host-time.ts";

describe("the host's time", () => {
  it("is split into seconds and nanoseconds", () => {
    assert.deepEqual(fromNanoseconds(1_700_000_000_123_456_789n), { sec: 1_700_000_000, nsec: 123_456_789 });
    assert.deepEqual(fromMilliseconds(1_700_000_000_123.9), { sec: 1_700_000_000, nsec: 123_000_000 });
  });

  it("is the nearest one that the module can take", () => {
    assert.deepEqual(fromNanoseconds(-1n), { sec: 0, nsec: 0 });
    assert.deepEqual(fromNanoseconds(1n << 100n), { sec: 0xffff_ffff, nsec: 0 });
  });
});

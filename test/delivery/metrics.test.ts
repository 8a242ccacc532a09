// Metrics that are read off something else.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Metrics } from "../../delivery/metrics.ts";

describe("the metric of rule evictions", () => {
  it("goes on where the module's count begins again at 0 behind 4,294,967,295", async () => {
    const metrics = new Metrics();
    let ruleEvictions = 0;
    metrics.observe({
      pending: () => ({ files: 0, bytes: 0, oldest: undefined }),
      checkpointAgeMs: () => 0,
      ruleEvictions: () => ruleEvictions,
      now: () => 0,
    });
    const told = async (): Promise<string | undefined> =>
      /^mimecast_udm_push_rule_evictions_total (\S+)$/m.exec(await metrics.registry.metrics())?.[1];
    assert.equal(await told(), "0");
    ruleEvictions = 0xffff_fff0;
    assert.equal(await told(), "4294967280");
    assert.equal(await told(), "4294967280");
    ruleEvictions = 4;
    assert.equal(await told(), "4294967300");
  });
});

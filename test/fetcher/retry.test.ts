// When to ask again, and how long to wait.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FetchError, RefusedError } from "../../fetcher/errors.ts";
import { TransientError } from "../../runtime/errors.ts";
import { backoff, RETRY, requestedWait, retrying } from "../../runtime/retry.ts";
import { TestClock } from "./harness.ts";

const NOW = Date.UTC(2026, 0, 2);
const wait = (headers: Record<string, string>, api: 1 | 2) =>
  requestedWait((name) => headers[name], api, NOW);
const failure = (code: "server" | "throttled", waitMs?: number) =>
  new TransientError("no", { code, reason: "x", remedy: "wait", waitMs });
const signal = new AbortController().signal;

describe("what a server asks us to wait", () => {
  it("is milliseconds in X-RateLimit-Reset of API 1.0, however large", () => {
    assert.equal(wait({ "x-ratelimit-reset": "2500" }, 1), 2500);
    assert.equal(wait({ "x-ratelimit-reset": "1767312005" }, 1), 900_000);
  });

  it("is an epoch second in API 2.0 from 1e9 on, and milliseconds below", () => {
    assert.equal(wait({ "x-ratelimit-reset": String(NOW / 1000 + 7) }, 2), 7000);
    assert.equal(wait({ "x-ratelimit-reset": "2500" }, 2), 2500);
    assert.equal(wait({ "x-ratelimit-reset": String(NOW / 1000 - 100) }, 2), 250, "a time in the past");
  });

  it("is never more than a quarter of an hour", () => {
    assert.equal(wait({ "x-ratelimit-reset": "99999999" }, 2), 900_000);
    assert.equal(wait({ "retry-after": "86400" }, 2), 900_000);
  });

  it("is seconds or a date in Retry-After", () => {
    assert.equal(wait({ "retry-after": "7" }, 1), 7000);
    assert.equal(wait({ "retry-after": new Date(NOW + 9000).toUTCString() }, 1), 9000);
    assert.equal(wait({ "retry-after": "soon", "x-ratelimit-reset": "soon" }, 1), undefined);
    assert.equal(wait({}, 1), undefined);
  });
});

describe("retrying", () => {
  it("asks again with growing waits until it is answered", async () => {
    const clock = new TestClock();
    let calls = 0;
    const answer = await retrying(
      () => (++calls < 4 ? Promise.reject(failure("server")) : Promise.resolve("yes")),
      RETRY,
      clock,
      signal,
      () => {},
    );
    assert.deepEqual([answer, clock.slept], ["yes", [750, 1500, 3000]]);
  });

  it("does not ask anew for what another one within it has given up", async () => {
    const clock = new TestClock();
    let calls = 0;
    const token = () => {
      calls++;
      return Promise.reject(failure("throttled", 60_000));
    };
    const page = () => retrying(token, RETRY, clock, signal, () => {});
    await assert.rejects(
      retrying(page, RETRY, clock, signal, () => {}),
      { code: "throttled" },
    );
    assert.equal(calls, 1 + RETRY.patienceMs / 60_000);
  });

  it("gives up after so many failures, with the last one", async () => {
    let calls = 0;
    const ask = () => {
      calls++;
      return Promise.reject(failure("server"));
    };
    await assert.rejects(
      retrying(ask, RETRY, new TestClock(), signal, () => {}),
      TransientError,
    );
    assert.equal(calls, RETRY.attempts);
  });

  it("bears throttling as long as its patience lasts", async () => {
    const clock = new TestClock();
    const ask = () => Promise.reject(failure("throttled", 60_000));
    await assert.rejects(
      retrying(ask, RETRY, clock, signal, () => {}),
      { code: "throttled" },
    );
    assert.equal(clock.slept.length, 30);
  });

  it("does not repeat what was refused, nor what it does not know", async () => {
    for (const error of [new RefusedError("no", { code: "key_expired", remedy: "x" }), new Error("odd")]) {
      let calls = 0;
      const ask = () => {
        calls++;
        return Promise.reject(error);
      };
      await assert.rejects(
        retrying(ask, RETRY, new TestClock(), signal, () => {}),
        error,
      );
      assert.equal(calls, 1);
    }
  });

  it("ends at once when it is stopped", async () => {
    const stop = new AbortController();
    const reason = new FetchError("stop", { code: "stopped", remedy: "x" });
    const ask = () => {
      stop.abort(reason);
      return Promise.reject(failure("server"));
    };
    await assert.rejects(retrying(ask, RETRY, new TestClock(), stop.signal, () => {}));
  });

  it("spreads its waits between half and all of what doubling gives, up to a limit", () => {
    assert.deepEqual([backoff(1, RETRY, 0), backoff(1, RETRY, 1), backoff(3, RETRY, 0)], [500, 1000, 2000]);
    assert.equal(backoff(50, RETRY, 1), RETRY.longestWaitMs);
  });
});

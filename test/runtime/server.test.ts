/** runtime/server.ts where it cannot serve; what it serves is tested with the services. */
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { describe, it } from "node:test";
import { Registry } from "prom-client";
import { serve } from "../../runtime/server.ts";

describe("metrics and health", () => {
  it("are told what to do where another process has the port", async (t) => {
    const other = createServer();
    t.after(() => other.close());
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const address = other.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    await assert.rejects(
      serve({ host: "127.0.0.1", port }, new Registry(), () => ({ ok: true })),
      {
        code: "listen_failed",
        message: new RegExp(`^cannot serve metrics at 127\\.0\\.0\\.1:${port}: .*EADDRINUSE`),
        remedy: /a port that nobody else uses, as listen$/,
      },
    );
  });
});

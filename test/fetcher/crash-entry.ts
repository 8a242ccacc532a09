// A fetcher that kills itself, by SIGKILL, right before the n-th thing it does to the file system; of a write, it first does
// one half. Reads what it needs from standard input. Started by crash.test.ts; nothing of this is in the product.

import { ARCHIVE_LIMITS } from "../../fetcher/archive.ts";
import type { Config } from "../../fetcher/config.ts";
import { Service } from "../../fetcher/service.ts";
import { systemClock } from "../../runtime/clock.ts";
import { nodeFiles } from "../../runtime/files.ts";
import { Secret } from "../../runtime/secret.ts";
import { mortal } from "../support/mortal-files.ts";

export interface CrashOrder {
  readonly killAt: number;
  readonly version: 1 | 2;
  readonly url: string;
  readonly credentials: Readonly<
    Record<"appId" | "appKey" | "accessKey" | "secretKey" | "clientId" | "clientSecret", string>
  >;
  readonly config: Omit<Config, "accounts" | "limits">;
}

async function main(): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(part as Buffer);
  const { killAt, version, url, credentials, config } = JSON.parse(
    Buffer.concat(parts).toString(),
  ) as CrashOrder;
  const { appId, clientId } = credentials;
  const [appKey, accessKey] = [new Secret(credentials.appKey), new Secret(credentials.accessKey)];
  const [secretKey, clientSecret] = [new Secret(credentials.secretKey), new Secret(credentials.clientSecret)];
  const api =
    version === 1
      ? ({ version, fileFormat: "key_value", credentials: { appId, appKey, accessKey, secretKey } } as const)
      : ({
          version,
          types: ["receipt", "url protect"],
          pageSize: 100,
          credentials: { clientId, clientSecret },
        } as const);
  const accounts = [{ name: "acme", api, baseUrl: url, email: undefined }];
  const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const service = await Service.open({
    config: { ...config, limits: ARCHIVE_LIMITS, accounts },
    clock: systemClock,
    log: silent,
    version: "0.0.0",
    files: mortal(nodeFiles, killAt),
  });
  const { failed } = await service.once(new AbortController().signal);
  await service.close();
  process.exitCode = failed === 0 ? 0 : 1;
}

await main();

// A fetcher that kills itself, by SIGKILL, right before the n-th thing it does to the file system; of a write, it first does
// one half. Reads what it needs from standard input. Started by crash.test.ts; nothing of this is in the product.

import { ARCHIVE_LIMITS } from "../../fetcher/archive.ts";
import type { Config } from "../../fetcher/config.ts";
import { Service } from "../../fetcher/service.ts";
import { systemClock } from "../../runtime/clock.ts";
import { type Files, nodeFiles, type OpenFile } from "../../runtime/files.ts";
import { Secret } from "../../runtime/secret.ts";

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

function mortal(files: Files, killAt: number): Files {
  let done = 0;
  const isLast = (): boolean => ++done === killAt;
  const die = (): never => {
    process.kill(process.pid, "SIGKILL");
    for (;;); // until the signal arrives
  };
  const step = <A extends unknown[], R>(action: (...args: A) => Promise<R>) => {
    return (...args: A): Promise<R> => (isLast() ? die() : action(...args));
  };
  const wrapped = (file: OpenFile): OpenFile => ({
    write: async (bytes) => {
      if (isLast()) {
        await file.write(bytes.subarray(0, bytes.length >> 1));
        die();
      }
      await file.write(bytes);
    },
    sync: step(() => file.sync()),
    close: step(() => file.close()),
  });
  return {
    ...files,
    create: step(async (path: string) => wrapped(await files.create(path))),
    append: step(async (path: string) => wrapped(await files.append(path))),
    rename: step(files.rename),
    remove: step(files.remove),
    truncate: step(files.truncate),
    makeFolder: step(files.makeFolder),
    syncFolder: step(files.syncFolder),
  };
}

await main();

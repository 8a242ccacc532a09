// A file system whose process is killed at its n-th step; a write is then half done.

import type { Files, OpenFile } from "../../runtime/files.ts";

export function mortal(files: Files, killAt: number): Files {
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

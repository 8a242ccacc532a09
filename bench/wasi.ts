/** The WASI command under node:wasi, from a file to the null device: what reading and writing add to the mapping. */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { devNull, tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { WASI } from "node:wasi";

// With fast calls Node crashes once it has collected a WASI of the same process (nodejs/node#46777, #52402).
setFlagsFromString("--no-turbo-fast-api-calls");

/** Calls `work` with a function that runs the command over `input` once. */
export function withWasiCommand<T>(input: Uint8Array, work: (run: () => void) => T): T {
  const module = new WebAssembly.Module(readFileSync("build/mimecast-wasi.wasm"));
  const folder = mkdtempSync(join(tmpdir(), "mimecast-udm-bench-"));
  const file = join(folder, "bench.siem");
  writeFileSync(file, input);
  try {
    return work(() => {
      const [stdin, stdout] = [openSync(file, "r"), openSync(devNull, "w")];
      const wasi = new WASI({ version: "preview1", stdin, stdout, returnOnExit: true });
      const imports = { wasi_snapshot_preview1: wasi.wasiImport };
      const status = wasi.start(new WebAssembly.Instance(module, imports));
      closeSync(stdin);
      closeSync(stdout);
      if (status !== 0) throw new Error(`the WASI command ended with ${status}`);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

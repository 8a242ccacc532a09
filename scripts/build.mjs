// Builds what ships: both WebAssembly modules (options in asconfig.json) and the bundled command.
import { chmodSync } from "node:fs";
import asc from "assemblyscript/asc";
import { bundleCommand } from "./bundle.mjs";

const COMMAND = "build/mimecast-udm.mjs";

for (const [entry, target] of [
  ["assembly/index.ts", "mimecast"],
  ["assembly/explain.ts", "mimecast-explain"],
]) {
  const { error } = await asc.main([entry, "--target", target], {
    stdout: process.stdout,
    stderr: process.stderr,
  });
  if (error) process.exit(1);
}

await bundleCommand({ entryPoints: ["cli/main.ts"], outfile: COMMAND });
chmodSync(COMMAND, 0o755);

// Builds what ships: the WebAssembly modules (options in asconfig.json), the bundled command, and the playground.
import { chmodSync, writeFileSync } from "node:fs";
import asc from "assemblyscript/asc";
import { bundleCommand } from "./bundle.mjs";
import { LiteralTransform } from "./literal-transform.mjs";
import { notices } from "./notices.mjs";
import { bundleReportClient } from "./report-client.mjs";
import { buildSite } from "./site.mjs";

const COMMAND = "build/mimecast-udm.mjs";
const NOTICES = "build/THIRD-PARTY.txt";

class ExplainTransform extends LiteralTransform {
  keepsDocumentation = true;
}

for (const [entry, target, transform] of [
  ["assembly/index.ts", "mimecast", LiteralTransform],
  ["assembly/index.ts", "mimecast-simd", LiteralTransform],
  ["assembly/explain.ts", "mimecast-explain", ExplainTransform],
  ["assembly/wasi.ts", "mimecast-wasi", LiteralTransform],
]) {
  const { error } = await asc.main([entry, "--target", target], {
    stdout: process.stdout,
    stderr: process.stderr,
    transforms: [transform],
  });
  if (error) process.exit(1);
}

const clientInputs = await bundleReportClient();
const { metafile } = await bundleCommand({ entryPoints: ["cli/main.ts"], outfile: COMMAND, metafile: true });
writeFileSync(NOTICES, notices([...Object.keys(metafile.inputs), ...clientInputs]));
chmodSync(COMMAND, 0o755);
await buildSite();

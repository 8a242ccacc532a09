/** The command `mimecast-udm` as a process. All it does is in program.ts. */
import { fromMilliseconds } from "../host/host-time.ts";
import { showsColours } from "./paint.ts";
import { run } from "./program.ts";

process.exitCode = await run(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  colour: showsColours(process.stdout, process.env),
  startedAt: fromMilliseconds(performance.timeOrigin),
  // In the package the modules lie beside the bundled command.
  modules: new URL(".", import.meta.url),
});

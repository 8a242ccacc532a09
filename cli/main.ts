/** The command `mimecast-udm` as a process. All it does is in program.ts. */
import { fromMilliseconds } from "../host/host-time.ts";
import { showsColours } from "./paint.ts";
import { run } from "./program.ts";

/** For a log that is read slowly; one that nobody reads must not keep the process from its end. */
const LAST_WORDS = 500;

process.exitCode = await run(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  colour: showsColours(process.stdout, process.env),
  startedAt: fromMilliseconds(performance.timeOrigin),
  // In the package the modules lie beside the bundled command.
  modules: new URL(".", import.meta.url),
});

if (process.stderr.writableLength > 0) setTimeout(() => process.exit(), LAST_WORDS).unref();

// Runs the tests: the as-pect suites, then test/**/*.test.ts, bundled to build/test/, with node's runner.
// usage: npm test -- [part of a path ...] [options of `node --test` ...]
// Exits 1 if either failed, or if there was nothing to run. Tests run in the repository's root.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { bundleLocal } from "./bundle.mjs";
import { find } from "./find.mjs";

const args = process.argv.slice(2);
const options = args.filter((arg) => arg.startsWith("-"));
const words = args.filter((arg) => !arg.startsWith("-"));
const node = (...argv) => spawnSync(process.execPath, argv, { stdio: "inherit" }).status === 0;

const specs = find("test/assembly", ".spec.ts", words);
const tests = find("test", ".test.ts", words);
if (words.length > 0 ? specs.length + tests.length === 0 : specs.length === 0 || tests.length === 0) {
  console.error(
    `nothing to run: ${specs.length} as-pect specs, ${tests.length} test files match "${words.join(" ")}"`,
  );
  process.exit(1);
}

rmSync("build/events.ndjson", { force: true }); // the tests append every event that they see to it
const specsPassed = specs.length === 0 || node("scripts/as-pect.mjs", ...specs);

let testsPassed = true;
if (tests.length > 0) {
  await bundleLocal({ entryPoints: tests, outdir: "build", outbase: ".", outExtension: { ".js": ".mjs" } });
  const bundles = tests.map((path) => `build/${path.replace(/\.ts$/, ".mjs")}`);
  testsPassed = node("--enable-source-maps", "--test", "--test-reporter", "spec", ...options, ...bundles);
}

if (!specsPassed) console.error("✖ as-pect suites failed, see above");
process.exitCode = specsPassed && testsPassed ? 0 : 1;

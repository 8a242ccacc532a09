// Runs the AssemblyScript suites: compiles each test/assembly/**/*.spec.ts by itself, with as-pect, and runs it.
// usage: node scripts/as-pect.mjs [part of a path ...]
// Exits 1 if an expectation fails, if a spec does not compile or holds no test, or if there is no spec.
import { readFileSync } from "node:fs";
import { TestContext, VerboseReporter } from "@as-pect/core";
import { instantiateSync } from "@assemblyscript/loader";
import asc from "assemblyscript/asc";
import AsPectTransform from "./as-pect-transform.mjs";
import { find } from "./find.mjs";

/** as-pect's verbose reporter, less its block of totals a file, plus why a group or a whole file did not run. */
class Reporter extends VerboseReporter {
  stdout = process.stdout;
  onGroupFinish(group) {
    super.onGroupFinish(group);
    if (group.stackTrace)
      console.log(`    [Fail]: ✖ ${group.name} (outside of its tests)\n${group.stackTrace}`);
  }
  onFinish(context) {
    for (const { message, stackTrace } of context.errors) console.log(`${message}\n${stackTrace}`);
  }
}

async function compile(spec) {
  const wasm = `build/${spec.replace(/\.ts$/, ".wasm")}`;
  const { error } = await asc.main([spec, "--config", "as-pect.asconfig.json", "--outFile", wasm], {
    stdout: process.stdout,
    stderr: process.stderr,
    transforms: [AsPectTransform],
  });
  return error ? null : readFileSync(wasm);
}

async function run(spec) {
  console.log(`\n${spec}\n`);
  const binary = await compile(spec);
  if (!binary) return { ok: false, passed: 0 };
  const context = new TestContext({ fileName: spec, binary, reporter: new Reporter() });
  context.run(instantiateSync(binary, context.createImports({})));
  return { ok: context.pass && context.testCount > 0, passed: context.testPassCount };
}

const specs = find("test/assembly", ".spec.ts", process.argv.slice(2));
const failed = [];
let passed = 0;
for (const spec of specs) {
  const result = await run(spec);
  passed += result.passed;
  if (!result.ok) failed.push(spec);
}
console.log(`as-pect: ${passed} tests passed, ${specs.length - failed.length} of ${specs.length} files`);
for (const spec of failed) console.log(`as-pect: ✖ ${spec}`);
process.exitCode = specs.length > 0 && failed.length === 0 ? 0 : 1;

/** Part of `npm run bench`: what the module costs, next to its peers, in one run. Ratios hold across machines; seconds do not. */
import { statSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { type MappingFunction, MimecastModule } from "../host/module.ts";
import { oracleLine } from "../test/oracle/index.ts";
import { floodCosts } from "./flood.ts";
import { fluentBitCosts } from "./fluent-bit.ts";
import { benchLines } from "./lines.ts";
import { withWasiCommand } from "./wasi.ts";

const TIME = { sec: 1767225600, nsec: 0 };
const lines = benchLines(20_000);
const input = Buffer.from(`${lines.join("\n")}\n`);

/** Best of several runs, in seconds: the one least disturbed. */
function best(runs: number, work: () => void): number {
  let fastest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    work();
    fastest = Math.min(fastest, performance.now() - start);
  }
  return fastest / 1000;
}

const rate = (seconds: number, bytes: number, events: number): string =>
  `${(bytes / seconds / 1e6).toFixed(1)} MB/s  ${Math.round(events / seconds).toLocaleString("en")} events/s`;

const module = await MimecastModule.loadFastest(pathToFileURL("build/"));
const scalar = await MimecastModule.load("build/mimecast.wasm");

console.log(`lines: ${lines.length}, ${(input.length / lines.length).toFixed(0)} bytes each on average`);
for (const name of ["mimecast.wasm", "mimecast-simd.wasm"])
  console.log(`${name}: ${statSync(`build/${name}`).size} bytes`);

const feedAll = (bytes: Uint8Array, wanted: MappingFunction, mapping = module): void => {
  const feed = mapping.feed(wanted, TIME);
  for (let at = 0; at < bytes.length; at += 1 << 20) {
    for (const _ of feed.push(bytes.subarray(at, at + (1 << 20))));
  }
  for (const _ of feed.end());
};
let [moduleSeconds, scalarSeconds] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
for (let turn = 0; turn < 15; turn++) {
  moduleSeconds = Math.min(
    moduleSeconds,
    best(1, () => feedAll(input, "udm")),
  );
  scalarSeconds = Math.min(
    scalarSeconds,
    best(1, () => feedAll(input, "udm", scalar)),
  );
}
console.log(`node, batch function:     ${rate(moduleSeconds, input.length, lines.length)}`);
console.log(`without SIMD:             ${rate(scalarSeconds, input.length, lines.length)}`);

// What the rules cost a line on which none fires: in turns, so that what disturbs one disturbs the other.
const quiet = lines.filter((line) => !module.map(Buffer.from(line), "udm", TIME).includes('"rule_id"'));
const quietInput = Buffer.from(`${quiet.join("\n")}\n`);
let [withRules, without] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
for (let turn = 0; turn < 15; turn++) {
  withRules = Math.min(
    withRules,
    best(1, () => feedAll(quietInput, "udm")),
  );
  without = Math.min(
    without,
    best(1, () => feedAll(quietInput, "plain")),
  );
}
console.log(
  `rules, where none fires:  ${(100 * (withRules / without - 1)).toFixed(1)} % more (${quiet.length} lines)`,
);

for (const text of await floodCosts(Number(process.env.BENCH_FLOOD ?? "200000"))) console.log(text);

const wasiSeconds = withWasiCommand(input, (run) => best(15, run));
console.log(`node:wasi, WASI command:  ${rate(wasiSeconds, input.length, lines.length)}`);
console.log(`WASI to batch function:   ${((100 * moduleSeconds) / wasiSeconds).toFixed(0)} %`);

const share = lines.slice(0, 4_000).map((line) => Buffer.from(line));
const shareBytes = share.reduce((sum, line) => sum + line.length + 1, 0);
const oracleSeconds = best(4, () => {
  for (const line of share) oracleLine(line, "udm", TIME);
});
console.log(`node, TypeScript oracle:  ${rate(oracleSeconds, shareBytes, share.length)}`);
const ratio = input.length / moduleSeconds / (shareBytes / oracleSeconds);
console.log(`batch function to oracle: ${ratio.toFixed(1)} times`);

const fluentBitLines = Number(process.env.BENCH_LINES ?? "100000");
for (const text of await fluentBitCosts(fluentBitLines, Number(process.env.BENCH_TURNS ?? "5")))
  console.log(text);

/**
 * CPU seconds of Fluent Bit over the same file with no filter, with a module that only echoes, and with the module, with its
 * rules and without. Run only where a `fluent-bit` is found (FLUENT_BIT or PATH).
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { benchLines } from "./lines.ts";

const FLUENT_BIT = process.env.FLUENT_BIT || "fluent-bit";

/** User and system seconds of one run over `file`, with the filter's YAML. */
function cpuSeconds(folder: string, file: string, filter: string): number {
  const config = join(folder, "bench.yaml");
  writeFileSync(
    config,
    `service:
  flush: 1
  log_level: error
  json.escape_unicode: off
pipeline:
  inputs:
    - name: tail
      path: ${file}
      read_from_head: true
      exit_on_eof: true
      buffer_chunk_size: 256k
      buffer_max_size: 1M
  filters: ${filter}
  outputs:
    - name: "null"
      match: "*"
`,
  );
  const script = 'TIMEFORMAT="%U %S"; time "$0" -q -c "$1" >/dev/null 2>/dev/null';
  const { stderr } = spawnSync("bash", ["-c", script, FLUENT_BIT, config], { encoding: "utf8" });
  const [user, system] = stderr.trim().split(/\s+/).map(Number);
  return (user ?? Number.NaN) + (system ?? Number.NaN);
}

const wasm = (path: string, name: string): string => `
    - name: wasm
      match: "*"
      wasm_path: ${path}
      function_name: ${name}
      event_format: json
      accessible_paths: /tmp`;

/** Lines of text for the report; says so where there is no Fluent Bit. */
export function fluentBitCosts(count: string): string[] {
  const found = spawnSync(FLUENT_BIT, ["--version"], { encoding: "utf8" });
  if (found.status !== 0) return ["fluent-bit: none found (FLUENT_BIT or PATH), not measured"];
  const version = found.stdout.split("\n")[0] ?? "";
  const folder = mkdtempSync(join(tmpdir(), "mimecast-udm-bench-"));
  try {
    const file = join(folder, "bench.siem");
    writeFileSync(file, `${benchLines(Number(count)).join("\n")}\n`);
    const echo = join(folder, "echo.wasm");
    execFileSync(process.execPath, [
      "node_modules/assemblyscript/bin/asc.js",
      ...["bench/assembly/echo.ts", "--config", "none", "--runtime", "stub", "--use", "abort="],
      ...["-O3", "--noAssert", "--initialMemory", "2", "-o", echo],
    ]);
    const runs = [
      ["no filter", "[]"],
      ["echo module", wasm(echo, "echo")],
      ["this module", wasm(resolve("build/mimecast.wasm"), "mimecast_udm")],
      ["without rules", wasm(resolve("build/mimecast.wasm"), "mimecast_udm_plain")],
    ] as const;
    const seconds = runs.map(([, filter]) => median([1, 2, 3].map(() => cpuSeconds(folder, file, filter))));
    const echoSeconds = seconds[1] ?? Number.NaN;
    return [
      `${version}, ${count} lines, CPU seconds (median of 3):`,
      ...runs.map(([name], i) => `  ${name.padEnd(13)} ${(seconds[i] ?? Number.NaN).toFixed(2)}`),
      `  this module to echo module: ${((seconds[2] ?? Number.NaN) / echoSeconds).toFixed(2)} times`,
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/**
 * CPU seconds of Fluent Bit over the same file with each row of fluent-bit-filters.ts. Run only where a `fluent-bit` is found
 * (FLUENT_BIT or PATH).
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RATIOS, type Row, rows } from "./fluent-bit-filters.ts";
import { benchLines } from "./lines.ts";
import { type Measured, ratiosOf, tableOf } from "./table.ts";

const FLUENT_BIT = process.env.FLUENT_BIT || "fluent-bit";

/** Lines of text for the report; says so where there is no Fluent Bit. Each of the rows has a run in each of the turns. */
export async function fluentBitCosts(count: number, turns: number): Promise<string[]> {
  const found = spawnSync(FLUENT_BIT, ["--version"], { encoding: "utf8" });
  if (found.status !== 0) return ["fluent-bit: none found (FLUENT_BIT or PATH), not measured"];
  const version = found.stdout.split("\n")[0] ?? "";
  const folder = mkdtempSync(join(tmpdir(), "mimecast-udm-bench-"));
  try {
    const file = join(folder, "bench.siem");
    writeFileSync(file, `${benchLines(count).join("\n")}\n`);
    const size = statSync(file).size / count;
    const plugins = spawnSync(FLUENT_BIT, ["--help"], { encoding: "utf8" }).stdout;
    const isThere = ({ plugin }: Row): boolean => !plugin || new RegExp(`^ +${plugin} `, "m").test(plugins);
    const all = await rows(folder);
    const measured = all.filter(isThere).map((row) => ({ ...row, user: [], system: [] }) as Row & Measured);
    // In turns, so that what disturbs one disturbs the others.
    for (let turn = 0; turn < turns; turn++) {
      for (const { filter, user, system } of measured) {
        const seconds = cpuSeconds(folder, file, filter);
        user.push(seconds.user);
        system.push(seconds.system);
      }
    }
    return [
      `${version}, ${count} lines of ${size.toFixed(0)} bytes, CPU seconds, ${turns} runs each:`,
      ...tableOf(measured),
      ...ratiosOf(measured, RATIOS),
      ...all.flatMap((row) => (isThere(row) ? [] : [`  ${row.name}: this Fluent Bit was built without it`])),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** CPU of one run over `file`, with the filters' YAML. A run in which Fluent Bit fails or complains measures nothing. */
function cpuSeconds(folder: string, file: string, filter: string): { user: number; system: number } {
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
  const script = 'TIMEFORMAT="%U %S"; time "$0" -q -c "$1" >/dev/null';
  const { status, stderr } = spawnSync("bash", ["-c", script, FLUENT_BIT, config], { encoding: "utf8" });
  const [user = Number.NaN, system = Number.NaN] = stderr.trim().split(/\s+/).map(Number);
  if (status !== 0 || Number.isNaN(user + system)) throw new Error(`Fluent Bit, status ${status}: ${stderr}`);
  return { user, system };
}

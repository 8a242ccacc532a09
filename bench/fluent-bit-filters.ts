/** What the benchmark puts into Fluent Bit in turn: the module, and what it is measured against. A new row is one line here. */
import { execFileSync } from "node:child_process";
import { copyFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { MimecastModule } from "../host/module.ts";
import { compileNative, withoutNative } from "../test/support/native.ts";
import { benchLines } from "./lines.ts";

export interface Row {
  readonly name: string;
  /** The filters as YAML, behind `filters:`. */
  readonly filter: string;
  /** A plugin of Fluent Bit's without which the row is left out. */
  readonly plugin?: string;
}

const wasm = (path: string, name: string, format: "json" | "msgpack" = "json"): string => `
    - name: wasm
      match: "*"
      wasm_path: ${path}
      function_name: ${name}
      event_format: ${format}
      accessible_paths: /tmp`;

const lua = (path: string, name: string): string => `
    - name: lua
      match: "*"
      script: ${path}
      call: ${name}`;

/** All rows; `folder` takes the modules built for them. */
export async function rows(folder: string): Promise<readonly Row[]> {
  const module = resolve("build/mimecast.wasm");
  const events = Buffer.from(`${await oneEvent()}\0`);
  writeFileSync(
    join(folder, "event.ts"),
    `export { free, malloc } from "./echo";
const EVENT = memory.data<u8>([${events.join(",")}]);
export function event(_t: usize, _l: u32, _s: u32, _n: u32, _r: usize, _c: u32): usize {
  return EVENT;
}
`,
  );
  copyFileSync("bench/assembly/echo.ts", join(folder, "echo.ts"));
  const interpreted: readonly Row[] = [
    { name: "no filter", filter: "[]" },
    { name: "echo module", filter: wasm(built("echo", folder), "echo") },
    { name: "constant, 900 B", filter: wasm(built("constant", folder), "constant") },
    { name: "constant, one event", filter: wasm(built("event", folder, folder), "event") },
    { name: "this module", filter: wasm(module, "mimecast_udm") },
    { name: "without rules", filter: wasm(module, "mimecast_udm_plain") },
    { name: "msgpack", filter: wasm(module, "mimecast_udm_msgpack", "msgpack") },
    { name: "Lua filter", filter: lua(resolve("bench/lua/mimecast.lua"), "mimecast_udm"), plugin: "lua" },
  ];
  if (withoutNative) return interpreted;
  const compiled = join(folder, "mimecast.aot");
  compileNative(module, compiled);
  return [
    ...interpreted,
    { name: "this module, AOT", filter: wasm(compiled, "mimecast_udm") },
    { name: "msgpack, AOT", filter: wasm(compiled, "mimecast_udm_msgpack", "msgpack") },
  ];
}

/** The event of an accepted receipt, the most frequent line: what the host has to read of an answer, whoever gave it. */
async function oneEvent(): Promise<string> {
  const mapped = await MimecastModule.load("build/mimecast.wasm");
  const receipt = benchLines(100).find((line) => line.startsWith("datetime=") && line.includes("|SpamProc"));
  if (receipt === undefined) throw new Error("there is no receipt among the lines");
  return mapped.map(Buffer.from(receipt), "plain", { sec: 0, nsec: 0 });
}

/** Which rows are set against each other. */
export const RATIOS: readonly (readonly [of: string, to: string])[] = [
  ["this module", "Lua filter"],
  ["without rules", "Lua filter"],
  ["this module", "echo module"],
  ["constant, one event", "echo module"],
  ["msgpack", "Lua filter"],
  ["this module, AOT", "Lua filter"],
  ["this module, AOT", "echo module"],
  ["msgpack, AOT", "Lua filter"],
  ["msgpack, AOT", "echo module"],
];

/** Compiles a module of the folder `from`. */
function built(name: string, folder: string, from = "bench/assembly"): string {
  const path = join(folder, `${name}.wasm`);
  execFileSync(
    process.execPath,
    [
      ...[resolve("node_modules/assemblyscript/bin/asc.js"), `${name}.ts`, "--config", "none"],
      ...["--runtime", "stub", "--use", "abort=", "-O3", "--noAssert", "--initialMemory", "2", "-o", path],
    ],
    { cwd: from },
  );
  return path;
}

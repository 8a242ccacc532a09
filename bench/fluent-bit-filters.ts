/** What the benchmark puts into Fluent Bit in turn: the module, and what it is measured against. A new row is one line here. */
import { execFileSync } from "node:child_process";
import { join, resolve } from "node:path";

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
export function rows(folder: string): readonly Row[] {
  const module = resolve("build/mimecast.wasm");
  return [
    { name: "no filter", filter: "[]" },
    { name: "echo module", filter: wasm(built("echo", folder), "echo") },
    { name: "constant event", filter: wasm(built("constant", folder), "constant") },
    { name: "this module", filter: wasm(module, "mimecast_udm") },
    { name: "without rules", filter: wasm(module, "mimecast_udm_plain") },
    { name: "Lua filter", filter: lua(resolve("bench/lua/mimecast.lua"), "mimecast_udm"), plugin: "lua" },
  ];
}

/** Which rows are set against each other. */
export const RATIOS: readonly (readonly [of: string, to: string])[] = [
  ["this module", "Lua filter"],
  ["without rules", "Lua filter"],
  ["this module", "echo module"],
];

function built(name: string, folder: string): string {
  const path = join(folder, `${name}.wasm`);
  execFileSync(process.execPath, [
    "node_modules/assemblyscript/bin/asc.js",
    ...[`bench/assembly/${name}.ts`, "--config", "none", "--runtime", "stub", "--use", "abort="],
    ...["-O3", "--noAssert", "--initialMemory", "2", "-o", path],
  ]);
  return path;
}

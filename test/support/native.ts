// WAMR's compiler, which makes native code for Fluent Bit of a module (docs/fluent-bit.md, Compiled ahead of time).

import { execFileSync } from "node:child_process";
import { executable } from "./executable.ts";

/** The compiler, of the environment variable or on PATH; undefined where there is none. */
export const WAMRC = executable("wamrc", "WAMRC");

/** The oldest processors of this machine's kind, as the documentation and the release have it. */
const MACHINES: Partial<Record<NodeJS.Architecture, readonly string[]>> = {
  arm64: ["--target=aarch64", "--cpu=generic"],
  x64: ["--target=x86_64", "--cpu=x86-64"],
};
const machine = MACHINES[process.arch];

/** Why nothing can be compiled here, or false. */
export const withoutNative: string | false =
  WAMRC === undefined
    ? "no wamrc on PATH, nor in WAMRC"
    : machine === undefined
      ? `wamrc is not tried on ${process.arch}`
      : false;

/** Compiles `module` to native code in the file `to`, for this machine's kind. Only where `withoutNative` is false. */
export function compileNative(module: string, to: string): void {
  if (WAMRC === undefined || machine === undefined) throw new Error(String(withoutNative));
  execFileSync(WAMRC, [...machine, "-o", to, module], { stdio: "ignore" });
}

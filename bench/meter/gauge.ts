/** What calls of the shipped module cost, in instructions and in bytes moved: the same on every machine, busy or not. */
import { readFileSync } from "node:fs";
import { MimecastModule } from "../../host/module.ts";
import { isShape } from "./instruction.ts";
import { type Counted, meter, readBulkBytes, readCounts } from "./meter.ts";

export interface Cost {
  readonly instructions: number;
  /** Written by memory.copy and memory.fill. */
  readonly bulkBytes: number;
}

export interface Metered {
  readonly module: MimecastModule;
  /** What the calls cost that `work` makes. */
  cost(work: () => void): Cost;
}

/** local.get, and constants: operands of what follows where an interpreter has turned the stack into registers. */
const isOperand = (opcode: number): boolean => opcode === 0x20 || (opcode >= 0x41 && opcode <= 0x44);

/** What WAMR's fast interpreter dispatches, as far as the binary tells: it moves operands into the instructions that use them. */
const isDispatched: Counted = (opcode) => !isShape(opcode) && !isOperand(opcode);

const compiled = new Map<string, WebAssembly.Module>();

/** A fresh instance of the module at `path`, metered. */
export async function startMetered(path = "build/mimecast.wasm"): Promise<Metered> {
  let module = compiled.get(path);
  if (!module) {
    module = await WebAssembly.compile(meter(readFileSync(path), isDispatched));
    compiled.set(path, module);
  }
  const instance = await WebAssembly.instantiate(module, {});
  const instructions = (): number => readCounts(instance).reduce((sum, count) => sum + count, 0);
  return {
    module: MimecastModule.of(instance, module),
    cost: (work) => {
      const before = [instructions(), readBulkBytes(instance)] as const;
      work();
      return {
        instructions: instructions() - before[0],
        bulkBytes: readBulkBytes(instance) - before[1],
      };
    },
  };
}

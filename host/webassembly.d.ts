// The part of WebAssembly's JavaScript API that this project uses. TypeScript has it in its browser library only,
// whose globals (`event`, `name`, `status`) would let a misspelled variable pass.

declare namespace WebAssembly {
  type Bytes = ArrayBuffer | Uint8Array;
  type Imports = Record<string, Record<string, unknown>>;
  type Exports = Record<string, unknown>;
  type Kind = "function" | "global" | "memory" | "table";

  class Module {
    constructor(bytes: Bytes);
    static imports(module: Module): { module: string; name: string; kind: Kind }[];
    static exports(module: Module): { name: string; kind: Kind }[];
    static customSections(module: Module, name: string): ArrayBuffer[];
  }

  class Instance {
    constructor(module: Module, imports?: Imports);
    readonly exports: Exports;
  }

  class Memory {
    constructor(pages: { initial: number; maximum?: number });
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }

  class Global {
    constructor(type: { value: "i32" | "i64" | "f32" | "f64"; mutable?: boolean }, value?: number | bigint);
    value: number | bigint;
  }

  class CompileError extends Error {}
  class LinkError extends Error {}
  class RuntimeError extends Error {}

  function validate(bytes: Bytes): boolean;
  function compile(bytes: Bytes): Promise<Module>;
  function instantiate(bytes: Bytes, imports?: Imports): Promise<{ module: Module; instance: Instance }>;
  function instantiate(module: Module, imports?: Imports): Promise<Instance>;
}

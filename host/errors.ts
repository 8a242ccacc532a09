/** What can go wrong with the module itself. Lines that cannot be mapped are no errors: they leave with `mimecast_error`. */

export type ModuleErrorCode = "module_unreadable" | "module_unsuitable" | "module_memory";

export class ModuleError extends Error {
  readonly code: ModuleErrorCode;

  constructor(message: string, options: { code: ModuleErrorCode; cause?: unknown }) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.name = "ModuleError";
    this.code = options.code;
  }
}

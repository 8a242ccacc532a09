// Finds programs that tests run where they are there.

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** The program that an environment variable names, or else the one of this name on PATH; undefined if there is none. */
export function executable(name: string, variable: string): string | undefined {
  const named = process.env[variable];
  if (named) return isExecutable(named) ? named : undefined;
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // it is not there
  }
}

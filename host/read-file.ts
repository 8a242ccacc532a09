/** Where the modules come from under Node: files. In a browser read-url.ts stands in its place (package.json, imports). */
import { readFile } from "node:fs/promises";

/** What to do when a module cannot be loaded. */
export const REMEDY = "install the package anew, or in a checkout run npm run build";

export async function readModule(path: string | URL): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await readFile(path));
}

/** Where the modules come from in a browser: URLs. Under Node read-file.ts stands in its place (package.json, imports). */

/** What to do when a module cannot be loaded. */
export const REMEDY = "reload the page, or serve the whole of build/site/ anew";

export async function readModule(url: string | URL): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

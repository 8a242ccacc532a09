// Finds the project's own files by how they end, and by words that their paths must contain one of.
import { existsSync, readdirSync } from "node:fs";

/** Paths under `folder`, sorted, with `/` on every system. No words: all of them. */
export function find(folder, ending, words = []) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .map((name) => `${folder}/${name}`.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(ending))
    .filter((path) => words.length === 0 || words.some((word) => path.includes(word)))
    .sort();
}

// Bundles one TypeScript file for Node and runs it: node scripts/run.mjs bench/main.ts [arguments ...]
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { bundleLocal } from "./bundle.mjs";

const [entry, ...args] = process.argv.slice(2);
if (!entry) throw new Error("usage: node scripts/run.mjs <file.ts> [arguments ...]");

const outfile = resolve("build/run", entry.replace(/\.ts$/, ".mjs"));
await bundleLocal({ entryPoints: [entry], outfile });
process.setSourceMapsEnabled(true);
process.argv = [process.argv[0], outfile, ...args];
await import(pathToFileURL(outfile).href);

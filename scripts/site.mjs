// Builds the playground (site/) into build/site/, which any web server can serve as it is, under any path.
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { build } from "esbuild";

const SITE = "build/site";
const AS_THEY_ARE = ["site/index.html", "site/style.css", "site/icon.svg", "site/_headers"];
const MODULES = ["build/mimecast.wasm", "build/mimecast-explain.wasm"];

/** The modules must be built by now. */
export async function buildSite() {
  rmSync(SITE, { recursive: true, force: true });
  mkdirSync(SITE, { recursive: true });
  for (const path of [...AS_THEY_ARE, ...MODULES]) copyFileSync(path, path.replace(/^.*\//, `${SITE}/`));
  await build({
    entryPoints: { main: "site/main.ts", worker: "site/worker/main.ts" },
    outdir: SITE,
    bundle: true,
    minify: true,
    platform: "browser",
    format: "esm",
    // light-dark() of the style sheet needs these, or later ones.
    target: ["chrome123", "firefox120", "safari17.5"],
    logLevel: "warning",
  });
}

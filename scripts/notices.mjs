// The licences of what a bundle contains, as one text: bundling leaves out the files that carry them.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Folder of the package that a bundled file belongs to, or undefined for our own. */
const packageOf = (input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];

/** `inputs`: paths of the files that went into the bundle, `what`. Throws if a package comes without a licence. */
export function notices(inputs, what = "mimecast-udm.mjs") {
  const folders = [...new Set(inputs.map(packageOf))].filter((folder) => folder !== undefined).sort();
  const texts = folders.map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
    if (file === undefined)
      throw new Error(`${name} ${version} comes without a licence file; it cannot be bundled`);
    return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
  });
  return `${what} contains these packages.\n\n${texts.join(`\n${"-".repeat(72)}\n\n`)}`;
}

// Turns TypeScript for Node into JavaScript that the oldest supported Node runs. Options are esbuild's.
import { build } from "esbuild";

const node = { bundle: true, platform: "node", target: "node20.18", format: "esm", logLevel: "warning" };

/** One file that needs no node_modules, with a shebang. Dependencies in CommonJS call `require`, so it exists there. */
export const bundleCommand = (options) =>
  build({
    ...node,
    banner: {
      js: `#!/usr/bin/env node
import { createRequire as createRequireForBundle } from "node:module";
const require = createRequireForBundle(import.meta.url);`,
    },
    ...options,
  });

/** Files that run from inside this folder: node_modules stays outside, source maps are inline. */
export const bundleLocal = (options) =>
  build({ ...node, packages: "external", sourcemap: "inline", ...options });

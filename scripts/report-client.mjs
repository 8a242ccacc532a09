// Bundles the script and the style of the report's page into build/report-*.txt: report/page/page.ts takes them in as text.
import { mkdirSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { notices } from "./notices.mjs";

const options = {
  bundle: true,
  minify: true,
  write: false,
  metafile: true,
  charset: "utf8",
  legalComments: "none",
  target: ["chrome111", "firefox113", "safari16.4"],
  logLevel: "warning",
};

/** Resolves to the paths of the files that went into it. */
export async function bundleReportClient() {
  const script = await build({ ...options, entryPoints: ["report/client/main.ts"], format: "iife" });
  const style = await build({ ...options, entryPoints: ["report/client/style.css"] });
  const inputs = [...Object.keys(script.metafile.inputs), ...Object.keys(style.metafile.inputs)];
  // A page is passed on by itself, so the licences of what it contains go with it.
  const licences = notices(inputs, "This page").replaceAll("*/", "* /");
  mkdirSync("build", { recursive: true });
  writeFileSync("build/report-client.txt", inScript(`/*\n${licences}*/\n${text(script)}`));
  writeFileSync("build/report-style.txt", text(style));
  return inputs;
}

const text = ({ outputFiles: [file] }) => file.text;

/** Throws if the text would end the element, or change how its rest is read. */
function inScript(source) {
  if (/<\/script|<!--|<script/i.test(source))
    throw new Error("the page's script has text that HTML acts upon");
  return source;
}

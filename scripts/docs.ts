/** Writes docs/mapping.md and docs/rules.md: npm run docs */
import { writeFile } from "node:fs/promises";
import { ExplainModule } from "../host/explain.ts";
import { mappingDocs } from "./mapping-docs.ts";
import { rulesDocs } from "./rules-docs.ts";

const module = await ExplainModule.load("build/mimecast-explain.wasm");
const description = module.describe();
await writeFile("docs/mapping.md", mappingDocs(description));
await writeFile("docs/rules.md", rulesDocs(description));

/** Writes docs/mapping.md: npm run docs */
import { writeFile } from "node:fs/promises";
import { ExplainModule } from "../host/explain.ts";
import { mappingDocs } from "./mapping-docs.ts";

const module = await ExplainModule.load("build/mimecast-explain.wasm");
await writeFile("docs/mapping.md", mappingDocs(module.describe()));

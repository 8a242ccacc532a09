/** The worker: maps inputs away from the page's own thread. One input at a time; the next one ends the one before. */
import { ExplainModule } from "../../host/explain.ts";
import { MimecastModule } from "../../host/module.ts";
import type { Answer, Request } from "../protocol.ts";
import { Job, type Modules } from "./job.ts";
import { removeAbandoned } from "./store.ts";

const tell = (answer: Answer): void => postMessage(answer);

async function load(): Promise<Modules> {
  const [mapper, explainer] = await Promise.all([
    MimecastModule.load(new URL("mimecast.wasm", location.href)),
    ExplainModule.load(new URL("mimecast-explain.wasm", location.href)),
  ]);
  const tables = explainer.describe();
  tell({ tell: "tables", tables });
  return { mapper, explainer, tables };
}

const modules = load();
modules.catch((error: unknown) => tell({ tell: "failure", message: messageOf(error) }));
removeAbandoned().catch((error: unknown) => {
  console.info("What an earlier page kept could not be removed.", error);
});
let current: { readonly number: number; readonly job: Promise<Job> } | undefined;

async function start({ job: number, input, time }: Request & { ask: "open" }): Promise<void> {
  const before = current?.job;
  const job = modules.then((loaded) => new Job(number, input, time, loaded, tell));
  current = { number, job };
  await (await before)?.close();
  if (current.number === number) await (await job).run();
}

async function answer(request: Request): Promise<void> {
  if (request.ask === "open") return await start(request);
  if (request.job !== current?.number) return;
  const job = await current.job;
  if (request.ask === "cancel") job.cancel();
  else await job.look(request.number);
}

addEventListener("message", ({ data }: MessageEvent<Request>) => {
  answer(data).catch((error: unknown) => {
    tell({ tell: "failure", job: data.job, message: messageOf(error) });
  });
});

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

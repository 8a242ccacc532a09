/**
 * What rules that count cost where strangers choose the senders: lines of av from a few of them, from one that writes to one
 * recipient, and from a new one each, by turns. BENCH_FLOOD sets how many lines (200,000); 10,000,000 take some minutes.
 */
import { MimecastModule } from "../host/module.ts";

const TIME = { sec: 1_767_225_600, nsec: 0 };
const START = TIME.sec * 1000;
const A_CHUNK = 5_000;
const TURNS = 5;

/** Lines are 10 ms apart, and of one length, so that only their senders make a difference. */
const line = (index: number, sender: number, recipient: number): string =>
  `{"timestamp":${START + 10 * index},"type":"av","virusFound":"X","subject":"s","senderEnvelope":"${String(sender).padStart(8, "0")}@example.com","recipients":"${recipient}@example.com"}\n`;

const STREAMS = {
  "100 senders": (index: number) => line(index, index % 100, index % 7),
  "one, to one recipient": (index: number) => line(index, 0, 0),
  "a new one each": (index: number) => line(index, index, index % 7),
} as const;

interface Outcome {
  seconds: number;
  evictions: number;
  grown: number;
}

async function flood(make: (index: number) => string, lines: number): Promise<Outcome> {
  const module = await MimecastModule.load("build/mimecast.wasm");
  const feed = module.feed("udm", TIME);
  let seconds = 0;
  let memory = 0;
  for (let from = 0; from < lines; from += A_CHUNK) {
    let text = "";
    for (let index = from; index < Math.min(lines, from + A_CHUNK); index++) text += make(index);
    const bytes = Buffer.from(text);
    const start = performance.now();
    for (const _ of feed.push(bytes));
    seconds += (performance.now() - start) / 1000;
    memory ||= module.memorySize;
  }
  for (const _ of feed.end());
  return { seconds, evictions: module.ruleEvictions, grown: module.memorySize - memory };
}

/** Lines of text for the report. */
export async function floodCosts(lines: number): Promise<string[]> {
  const turns = lines > 1_000_000 ? 1 : TURNS;
  const best = new Map<string, Outcome>();
  for (let turn = 0; turn < turns; turn++) {
    for (const [name, make] of Object.entries(STREAMS)) {
      const outcome = await flood(make, lines);
      if (outcome.seconds < (best.get(name)?.seconds ?? Number.POSITIVE_INFINITY)) best.set(name, outcome);
    }
  }
  const usual = best.values().next().value?.seconds ?? Number.NaN;
  return [
    `rules that count, ${lines.toLocaleString("en")} lines on which one fires, by their senders:`,
    ...[...best].map(([name, { seconds, evictions, grown }]) => {
      const rate = `${Math.round(lines / seconds).toLocaleString("en")} events/s`;
      const more = `${(100 * (seconds / usual - 1)).toFixed(0)} % more time`;
      return `  ${name.padEnd(22)} ${rate}, ${more}, ${evictions.toLocaleString("en")} evictions, memory +${grown} bytes`;
    }),
  ];
}

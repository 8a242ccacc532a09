/** What both API clients share: one account's way from a request to files in the spool, and what is said on the way. */

import { createHash } from "node:crypto";
import { type Clock, DAY, MINUTE, SECOND } from "../runtime/clock.ts";
import { TransientError } from "../runtime/errors.ts";
import type { Files } from "../runtime/files.ts";
import type { Http, HttpAnswer, HttpRequest } from "../runtime/http.ts";
import type { Log } from "../runtime/log.ts";
import type { Gate } from "../runtime/mutex.ts";
import { type RetryPolicy, requestedWait, retrying } from "../runtime/retry.ts";
import { type ArchiveLimits, gunzip, packingOf, plain, unzip } from "./archive.ts";
import type { Elapsed } from "./elapsed.ts";
import { ArchiveError } from "./errors.ts";
import type { Metrics } from "./metrics.ts";
import type { Quarantine, Reason } from "./quarantine.ts";
import type { Spool, Staged } from "./spool.ts";
import type { Cursor, Gap, State } from "./state.ts";

/** Mimecast keeps its logs this long. */
export const WINDOW = 7 * DAY;
/** How often an answer that cannot be read is asked for again before it goes to quarantine. */
export const READ_ATTEMPTS = 3;
/** Answers in a row without a file, before a poll calls it a day. */
const MOST_EMPTY = 50;
/** Answers in a row whose files had all been dropped before: as many as come again after the state was lost. */
const MOST_KNOWN = 2000;

/** What an answer's files were: some new, all of them dropped before, or none there. */
export type Brought = "new" | "known" | "nothing";

/** Tells, within one poll, a cursor that never ends: one that comes again, or goes on and on and brings nothing. */
export class CursorWatch {
  readonly #seen = new Set<string>();
  #empty = 0;
  #known = 0;

  /** An answer with a further cursor. False: it is time to end the poll. */
  goesOn(next: string, brought: Brought): boolean {
    this.#empty = brought === "nothing" ? this.#empty + 1 : 0;
    this.#known = brought === "known" ? this.#known + 1 : 0;
    const circled = this.#seen.has(next);
    this.#seen.add(next);
    return !circled && this.#empty < MOST_EMPTY && this.#known < MOST_KNOWN;
  }
}

/** Of a member's name in logs and reasons: it may have 64 KB, and there may be thousands. */
const LONGEST_NAME = 200;
/** Of the reasons in one line of the log; the file in quarantine has them all. */
const REASONS_LOGGED = 20;

export interface SourceContext {
  readonly account: string;
  readonly files: Files;
  readonly clock: Clock;
  readonly http: Http;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly spool: Spool;
  readonly state: State;
  readonly quarantine: Quarantine;
  readonly limits: ArchiveLimits;
  readonly retry: RetryPolicy;
  /** Throws where there is too little room to fetch more. */
  readonly checkRoom: () => Promise<void>;
  /** Presigned downloads at once. */
  readonly downloads: number;
  /** Archives unpacked at once, over all accounts: what bounds memory. */
  readonly unpacking: Gate;
  /** API 2.0: types at once. */
  readonly types: number;
  /** How long a file that Mimecast names and does not give is asked for, before it is given up. */
  readonly patienceMs: number;
  /** Ages that are not taken in by a clock that jumps. */
  readonly elapsed: Pick<Elapsed, "since">;
  /** Called each time something has arrived. */
  readonly onProgress: () => void;
}

/** What a poll saw that is not in the spool, or not yet. */
export interface PollReport {
  files: number;
  events: number;
  quarantined: number;
  lost: number;
  gaps: number;
}

export const emptyReport = (): PollReport => ({ files: 0, events: 0, quarantined: 0, lost: 0, gaps: 0 });

/** An API's client: fetches until it is caught up. */
export interface Source {
  /** What becomes of it is told in `report`, however it ends. */
  poll(report: PollReport, signal: AbortSignal): Promise<void>;
}

/** A request, repeated as long as that may help. What the answer means is up to `read`. */
export function ask<T>(
  context: SourceContext,
  api: 1 | 2,
  signal: AbortSignal,
  build: () => Omit<HttpRequest, "signal"> | Promise<Omit<HttpRequest, "signal">>,
  read: (answer: HttpAnswer) => Promise<T>,
): Promise<T> {
  const { account, clock, http, log, metrics } = context;
  return retrying(
    async () => {
      const answer = await http.send({ ...(await build()), signal });
      metrics.responses.inc({ account, code: String(answer.status) });
      if (answer.status === 429 || answer.status >= 500) {
        await answer.discard();
        throw statusError(answer, api, clock.now());
      }
      try {
        return await read(answer);
      } catch (error) {
        answer.abandon();
        throw error;
      }
    },
    context.retry,
    clock,
    signal,
    (error, waitMs) => {
      metrics.retries.inc({ account, reason: error.reason });
      log.warn({ error, waitMs }, "asking again");
    },
  );
}

function statusError(answer: HttpAnswer, api: 1 | 2, now: number): TransientError {
  const throttled = answer.status === 429;
  const waitMs = requestedWait(answer.header, api, now) ?? (throttled ? MINUTE : undefined);
  return new TransientError(`Mimecast answered with status ${answer.status}`, {
    code: throttled ? "throttled" : "server",
    reason: String(answer.status),
    remedy: throttled
      ? "it is asked again when Mimecast allows; poll less often if it stays"
      : "it is asked again; see Mimecast's status page if it stays",
    waitMs,
  });
}

/** An archive that was read: what is ready to be dropped, and what could not be read. */
export interface Unpacked {
  readonly staged: Staged[];
  readonly bad: Reason[];
}

export interface Naming {
  /** The type of a file by what the source calls it. */
  readonly type: (memberName: string) => string;
  /** What tells equal contents apart, if anything does. */
  readonly identity: (memberName: string) => string;
  readonly source: Readonly<Record<string, string>>;
  /** Whether a file that is not packed may hold this source's records, by how it begins. */
  readonly isPlain: (head: Uint8Array) => boolean;
  /** What a file is called that has no members with names. */
  readonly name: string;
}

/** Unpacks a downloaded file into staged ones. Whatever can be read is; the rest is told in `bad`. */
export function unpack(
  context: SourceContext,
  path: string,
  size: number,
  naming: Naming,
): Promise<Unpacked> {
  return context.unpacking.run(() => unpackNow(context, path, size, naming));
}

async function unpackNow(
  context: SourceContext,
  path: string,
  size: number,
  naming: Naming,
): Promise<Unpacked> {
  const { files, spool, limits } = context;
  const staged: Staged[] = [];
  const bad: Reason[] = [];
  const stage = async (name: string, content: AsyncIterable<Uint8Array>): Promise<void> => {
    try {
      const file = await spool.stage(naming.type(name), naming.identity(name), content);
      if (file) staged.push(file);
    } catch (error) {
      if (!(error instanceof ArchiveError)) throw error;
      bad.push(reasonOf(error, { ...naming.source, member: name.slice(0, LONGEST_NAME) }));
    }
  };
  try {
    const first = await head(files, path);
    const packing = packingOf(first);
    if (packing === "plain" && !naming.isPlain(first)) {
      throw new ArchiveError(size === 0 ? "it is empty" : "it is neither an archive nor records");
    }
    if (packing === "plain") await stage(naming.name, plain(files, path));
    else if (packing === "gzip") await stage(naming.name, gunzip(files.stream(path), size, limits));
    else for await (const member of unzip(path, size, limits)) await stage(member.name, member.content);
  } catch (error) {
    if (!(error instanceof ArchiveError)) {
      await spool.discardStaged(staged);
      throw error;
    }
    bad.push(reasonOf(error, naming.source));
  }
  return { staged, bad };
}

const reasonOf = (error: ArchiveError, source: Reason["source"]): Reason => ({
  code: error.code,
  message: error.message,
  source,
});

export async function head(files: Files, path: string): Promise<Buffer> {
  for await (const part of files.stream(path)) return part as Buffer;
  return Buffer.alloc(0);
}

/** Stands for a text that must not be shown, such as a token, where it is to be told from others. */
export const digest = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 12);

/** What arrives, noticed while it does: one answer may take half an hour. */
export async function* noticed(
  { onProgress }: SourceContext,
  content: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  for await (const part of content) {
    onProgress();
    yield part;
  }
}

/** Drops files, and counts them. Answers how many were new. */
export async function drop(
  context: SourceContext,
  staged: readonly Staged[],
  report: PollReport,
): Promise<number> {
  const { account, spool, metrics, log } = context;
  const { dropped, repeated } = await spool.commit(staged);
  for (const { name, type, bytes, records, newest } of dropped) {
    metrics.files.inc({ account, type });
    metrics.bytes.inc({ account, type }, bytes);
    metrics.events.inc({ account, type }, records);
    if (newest !== undefined) metrics.newestEvent(account, newest);
    report.files++;
    report.events += records;
    log.debug({ file: name, bytes, records }, "dropped");
  }
  for (const { name } of repeated) {
    metrics.repeats.inc({ account });
    log.info({ file: name }, "had been dropped before; left out");
  }
  return dropped.length;
}

/** Puts an unreadable download aside, aloud. */
export async function quarantine(
  context: SourceContext,
  path: string,
  extension: string,
  bad: readonly Reason[],
  report: PollReport,
): Promise<void> {
  const { account, log, metrics } = context;
  const [first] = bad;
  if (first === undefined) return;
  const members = bad.flatMap(({ source, message }) =>
    "member" in source ? [`${source.member}: ${message}`] : [],
  );
  const reason = { ...first, source: { ...first.source, ...(members.length > 0 ? { members } : {}) } };
  // The page of a file that is waited for comes again and again, and its bad files with it: they are told once.
  await context.quarantine.keep(path, extension, reason, (file) => {
    for (const { code } of bad) metrics.quarantined.inc({ account, reason: code });
    report.quarantined += bad.length;
    const reasons = bad.slice(0, REASONS_LOGGED);
    log.error(
      { file, count: bad.length, reasons },
      "what cannot be read went to quarantine; fetching goes on behind it",
    );
  });
}

/** Says aloud that an answer was too large to be kept at all. */
export async function tooLarge(
  { account, limits, log, metrics, quarantine }: SourceContext,
  error: ArchiveError,
  source: Reason["source"],
  report: PollReport,
): Promise<void> {
  await quarantine.note(reasonOf(error, { ...source, limit: limits.maxDownload }), (file) => {
    metrics.quarantined.inc({ account, reason: error.code });
    report.quarantined++;
    log.error({ file, error, source }, "LOST: an answer was too large; fetching goes on behind it");
  });
}

/** Looks whether a cursor was left alone for longer than Mimecast keeps logs. To be called on an answer. */
export function gapSince({ clock, state }: SourceContext, key: string): GapFields {
  const now = clock.now();
  const last = state.cursor(key)?.answeredAt;
  if (last === undefined || now - last <= WINDOW) return {};
  return { gap: { cursor: key, from: last, to: now - WINDOW, reportedAt: now } };
}

function tellGap({ account, log, metrics }: SourceContext, gap: Gap, report: PollReport): void {
  const seconds = Math.round((gap.to - gap.from) / SECOND);
  metrics.gaps.inc({ account });
  metrics.gapSeconds.inc({ account }, seconds);
  report.gaps++;
  log.error(
    {
      cursor: gap.cursor,
      from: new Date(gap.from).toISOString(),
      to: new Date(gap.to).toISOString(),
      seconds,
    },
    "GAP: Mimecast keeps logs for 7 days, and this one was not fetched for longer; logs of this span are lost",
  );
}

export interface GapFields {
  readonly gap?: Gap;
}

/** Saves where a cursor stands after an answer. A gap is told here, with what ends it: an answer may be asked for again. */
export async function saveCursor(
  context: SourceContext,
  key: string,
  fields: Partial<Omit<Cursor, "savedAt" | "answeredAt">> & { token: string | undefined },
  { gap }: GapFields,
  report: PollReport,
): Promise<void> {
  const { account, clock, metrics, state } = context;
  const { token, ...others } = fields;
  const { token: _old, page: _page, ...before } = state.cursor(key) ?? { savedAt: 0 };
  const now = clock.now();
  const cursor: Cursor = { ...before, ...others, savedAt: now, answeredAt: now };
  if (token !== undefined) cursor.token = token;
  if (gap) tellGap(context, gap, report);
  await state.save(key, cursor, gap);
  metrics.cursorSaved(account, key, now);
  context.onProgress();
}

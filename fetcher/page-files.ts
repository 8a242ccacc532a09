/**
 * The files that one page of API 2.0 names: each into the spool, or into quarantine, or waited for. What a page once named is
 * not forgotten, though it be asked for again and name it no more: then it is waited for, and in the end told as lost.
 */

import { inParallel } from "../runtime/mutex.ts";
import { packingOf } from "./archive.ts";
import { ArchiveError, FetchError } from "./errors.ts";
import type { EventType } from "./event-type.ts";
import {
  type Brought,
  digest,
  drop,
  head,
  type PollReport,
  quarantine,
  READ_ATTEMPTS,
  type SourceContext,
  tooLarge,
  type Unpacked,
} from "./source.ts";

/** One file of a page: read, as far as it can be. */
export interface Fetched extends Unpacked {
  /** Where the download stands. */
  readonly path: string;
}

export interface PageOptions {
  readonly context: SourceContext;
  readonly type: EventType;
  /** The cursor that the page belongs to. */
  readonly token: string | undefined;
  readonly report: PollReport;
  /** Downloads and unpacks a file. Throws `url_expired` where it is not given. */
  readonly fetch: (url: URL) => Promise<Fetched>;
  /** The same page once more, with new URLs; undefined if Mimecast does not know it any more. */
  readonly askAgain: () => Promise<readonly URL[] | undefined>;
}

/** What a presigned URL points at: its query is the permission, and is new each time. */
export const objectOf = (url: URL): string => `${url.host}${url.pathname}`;

const isExpired = (error: unknown): boolean => error instanceof FetchError && error.code === "url_expired";

const unreadable = (): FetchError =>
  new FetchError("a file cannot be read", {
    code: "archive_broken",
    remedy: "its page is asked for again; it goes to quarantine if it stays so",
  });

const unnamed = (): FetchError =>
  new FetchError("a file is not on its page any more, and had not been given before", {
    code: "url_expired",
    remedy: "the page is asked for again; if it stays, tell Mimecast",
  });

export class PageFiles {
  readonly #options: PageOptions;
  /** Objects that need not be fetched again. Several URLs of one object are told apart by their queries: never done. */
  readonly #done: Set<string>;
  /** Objects that were not to be had in polls before, and since when. */
  readonly #missing: Map<string, number>;
  /** How many URLs of an object a page named at most. */
  readonly #named = new Map<string, number>();
  /** Names of the files that came of an object. */
  readonly #brought = new Map<string, Set<string>>();
  #news = 0;

  constructor(options: PageOptions) {
    this.#options = options;
    const { context, type } = options;
    const before = context.state.cursor(type)?.page;
    this.#done = new Set(before?.done);
    this.#missing = new Map(Object.entries(before?.missing ?? {}));
  }

  /** Returns only when the cursor may move on: each file is in the spool, in quarantine, or told as lost. */
  async bring(first: readonly URL[]): Promise<Brought> {
    const { context, type, askAgain } = this.#options;
    const failed = new Map<string, unknown>([...this.#missing.keys()].map((object) => [object, unnamed()]));
    let urls = first;
    for (let attempt = 1; ; attempt++) {
      const isLast = attempt >= READ_ATTEMPTS;
      const failures = await this.#attempt(urls, isLast);
      const fatal = [...failures.values()].find((error) => !isExpired(error) && !isUnread(error));
      if (fatal) throw fatal;
      const gone = this.#gone(failed, urls, failures);
      for (const [object, error] of failures) failed.set(object, error);
      if (failures.size === 0 || isLast) {
        await this.#wait(new Map([...gone, ...failures]));
        if (this.#news > 0) return "new";
        return first.length > 0 ? "known" : "nothing";
      }
      const reason = [...failures.values()].some(isExpired) ? "url_expired" : "unreadable";
      context.metrics.retries.inc({ account: context.account, reason });
      context.log.warn(
        { type, files: failures.size },
        "files of a page were not to be had; asking for the page again",
      );
      const again = await askAgain();
      if (again === undefined) throw [...failures.values()][0];
      urls = again;
    }
  }

  /** Fetches what is not done. Answers what failed, by object. */
  async #attempt(urls: readonly URL[], isLast: boolean): Promise<Map<string, unknown>> {
    const { context, type, token, report } = this.#options;
    const distinct = [...new Map(urls.map((url) => [url.href, url])).values()];
    for (const [object, count] of counted(distinct)) {
      this.#named.set(object, Math.max(count, this.#named.get(object) ?? 0));
      if (count > 1) this.#done.delete(object);
    }
    const wanted = distinct.filter((url) => !this.#done.has(objectOf(url)));
    const results = await inParallel(wanted, context.downloads, this.#options.fetch);
    const failures = new Map<string, unknown>();
    for (const [index, result] of results.entries()) {
      const object = objectOf(wanted[index] as URL);
      if (result.status === "fulfilled") {
        const isRead = await this.#take(object, result.value, isLast);
        if (!isRead) failures.set(object, unreadable());
      } else if (result.reason instanceof ArchiveError) {
        const source = { api: "2.0", type, object, page: digest(token ?? "first"), file: index };
        await tooLarge(context, result.reason, source, report);
        this.#settle(object, [`too large ${index}`]);
      } else {
        failures.set(object, result.reason);
      }
    }
    return failures;
  }

  /** Drops what was read. False if it is worth another download. */
  async #take(object: string, { staged, bad, path }: Fetched, isLast: boolean): Promise<boolean> {
    const { context, report } = this.#options;
    const { spool } = context;
    if (bad.length > 0 && !isLast) {
      await spool.discardStaged(staged);
      await spool.discard(path);
      return false;
    }
    this.#news += await drop(context, staged, report);
    if (bad.length > 0) {
      const isGzip = packingOf(await head(context.files, path)) === "gzip";
      await quarantine(context, path, isGzip ? "gz" : "bin", bad, report);
      this.#news++;
    }
    await spool.discard(path);
    this.#settle(object, [...staged.map(({ name }) => name), ...bad.map(({ message }) => message)]);
    return true;
  }

  #settle(object: string, names: readonly string[]): void {
    const all = this.#brought.get(object) ?? new Set();
    for (const name of names.length > 0 ? names : ["nothing"]) all.add(name);
    this.#brought.set(object, all);
    if (this.#named.get(object) === 1) this.#done.add(object);
  }

  /** What failed before, and is now named less often than it was: nobody knows whether it will come back. */
  #gone(
    failed: ReadonlyMap<string, unknown>,
    urls: readonly URL[],
    failures: ReadonlyMap<string, unknown>,
  ): Map<string, unknown> {
    const now = counted(urls);
    const gone = new Map<string, unknown>();
    for (const [object, error] of failed) {
      if (failures.has(object) || this.#done.has(object)) continue;
      const named = this.#named.get(object) ?? 1;
      const isLess = (now.get(object) ?? 0) < named;
      if (isLess && (this.#brought.get(object)?.size ?? 0) < named) gone.set(object, error);
    }
    return gone;
  }

  /**
   * For what cannot be had: throws as long as patience lasts, and keeps in mind what is done of the page. What it has lasted too
   * long for is told as lost.
   */
  async #wait(failures: ReadonlyMap<string, unknown>): Promise<void> {
    const { context, type } = this.#options;
    const { clock, elapsed, patienceMs, state } = context;
    if (failures.size === 0) return;
    const missing: Record<string, number> = {};
    let first: unknown;
    for (const [object, error] of failures) {
      const since = this.#missing.get(object) ?? clock.now();
      if (elapsed.since(since) < patienceMs) {
        missing[object] = since;
        first ??= error;
      } else {
        await this.#lost(object, error);
        this.#done.add(object);
      }
    }
    if (first === undefined) return;
    const page = { missing, done: [...this.#done] };
    await state.save(type, { ...state.cursor(type), savedAt: clock.now(), page });
    throw first;
  }

  async #lost(object: string, error: unknown): Promise<void> {
    const { context, type, token, report } = this.#options;
    this.#news++;
    await context.quarantine.note(
      {
        code: "url_expired",
        message: "Mimecast never gave it",
        source: { api: "2.0", type, object, page: digest(token ?? "first") },
      },
      (file) => {
        context.metrics.lost.inc({ account: context.account });
        report.lost++;
        context.log.error(
          { type, file, error },
          "LOST: a file that Mimecast named was not to be had; fetching goes on behind it",
        );
      },
    );
  }
}

const isUnread = (error: unknown): boolean =>
  error instanceof FetchError && error.code === "archive_broken" && !(error instanceof ArchiveError);

function counted(urls: readonly URL[]): Map<string, number> {
  const count = new Map<string, number>();
  for (const url of new Map(urls.map((url) => [url.href, url])).values()) {
    count.set(objectOf(url), (count.get(objectOf(url)) ?? 0) + 1);
  }
  return count;
}

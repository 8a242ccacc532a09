/** API 2.0: batches of presigned files, one cursor for each event type. */
import * as z from "zod";
import { DAY } from "../runtime/clock.ts";
import { TransientError } from "../runtime/errors.ts";
import { type HttpAnswer, readSmall } from "../runtime/http.ts";
import { inParallel } from "../runtime/mutex.ts";
import type { Secret } from "../runtime/secret.ts";
import { failCodes } from "./api-1.ts";
import { mayBeJson } from "./archive.ts";
import { FetchError, RefusedError } from "./errors.ts";
import type { EventType } from "./event-type.ts";
import { AccessToken, type Api2Credentials } from "./oauth.ts";
import { type Fetched, objectOf, PageFiles } from "./page-files.ts";
import {
  ask,
  type Brought,
  CursorWatch,
  gapSince,
  noticed,
  type PollReport,
  type Source,
  type SourceContext,
  saveCursor,
  unpack,
} from "./source.ts";
import { MOST_TOKEN } from "./state.ts";
import { TheirClock } from "./their-clock.ts";

export const BATCH_PATH = "/siem/v1/batch/events/cg";

export interface Api2Options {
  readonly credentials: Api2Credentials;
  readonly baseUrl: string;
  readonly types: readonly EventType[];
  readonly pageSize: number;
}

const pageSchema = z.object({
  value: z.array(z.object({ url: z.string() })).nullish(),
  "@nextPage": z.string().max(MOST_TOKEN).nullish(),
  isCaughtUp: z.boolean().nullish(),
});

interface Page {
  readonly urls: readonly URL[];
  readonly next: string | undefined;
  readonly isCaughtUp: boolean;
}

export class Api2 implements Source {
  readonly #context: SourceContext;
  readonly #options: Api2Options;
  /** Nothing is signed by it, but logs are asked for by days. */
  readonly #clock: TheirClock;
  readonly #token: AccessToken;

  constructor(context: SourceContext, options: Api2Options) {
    this.#context = context;
    this.#options = options;
    this.#clock = new TheirClock(context, "days are asked for");
    this.#token = new AccessToken(context, options.credentials, options.baseUrl, this.#clock);
  }

  /** A type that fails does not hold up the others; the first failure is thrown when all are done. */
  async poll(report: PollReport, signal: AbortSignal): Promise<void> {
    await this.#token.get(signal);
    const results = await inParallel(this.#options.types, this.#context.types, async (type) => {
      try {
        await this.#pollType(type, report, signal);
      } catch (error) {
        if (!signal.aborted)
          this.#context.log.error({ type, error }, "a type could not be fetched to its end");
        throw error;
      }
    });
    const reasons = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
    const worst = reasons.find((reason) => reason instanceof RefusedError) ?? reasons[0];
    if (worst !== undefined) throw worst;
  }

  async #pollType(type: EventType, report: PollReport, signal: AbortSignal): Promise<void> {
    const { state, clock } = this.#context;
    let watch = new CursorWatch();
    let restarts = 0;
    for (;;) {
      signal.throwIfAborted();
      await this.#context.checkRoom();
      const token = state.cursor(type)?.token;
      const page = await this.#page(type, token, signal);
      if (page === "cursor_refused") {
        const gap = gapSince(this.#context, type);
        this.#context.log.error(
          { type },
          "Mimecast refused the saved cursor; fetching restarts from the earliest log it still has",
        );
        this.#context.metrics.errors.inc({ account: this.#context.account, code: "cursor_refused" });
        await saveCursor(this.#context, type, { token: undefined }, gap, report);
        // What was seen before comes again, once.
        if (restarts++ === 0) watch = new CursorWatch();
        continue;
      }
      const gap = gapSince(this.#context, type);
      const brought = await this.#files(type, token, page, report, signal);
      const next = page.next ?? token;
      const done = page.isCaughtUp || next === token;
      await saveCursor(
        this.#context,
        type,
        { token: next, ...(done ? { caughtUpAt: clock.now() } : {}) },
        gap,
        report,
      );
      if (done) return;
      if (!watch.goesOn(next as string, brought)) {
        throw new FetchError(`Mimecast sends page after page of ${type} and nothing new with them`, {
          code: "cursor_never_ends",
          remedy: "this poll ends here and the next one goes on behind it; if it stays, tell Mimecast",
        });
      }
    }
  }

  /** All files of a page into the spool. Returns only when each is there, in quarantine, or told as lost. */
  #files(
    type: EventType,
    token: string | undefined,
    page: Page,
    report: PollReport,
    signal: AbortSignal,
  ): Promise<Brought> {
    const files = new PageFiles({
      context: this.#context,
      type,
      token,
      report,
      fetch: (url) => this.#fetch(type, url, signal),
      askAgain: async () => {
        const again = await this.#page(type, token, signal);
        return again === "cursor_refused" ? undefined : again.urls;
      },
    });
    return files.bring(page.urls);
  }

  /** A page of presigned URLs. */
  #page(type: EventType, token: string | undefined, signal: AbortSignal): Promise<Page | "cursor_refused"> {
    const { baseUrl, pageSize } = this.#options;
    let days = 7;
    const requestOnce = async (): Promise<Page | "cursor_refused" | "too_early"> =>
      this.#authorised(
        signal,
        () => {
          const now = this.#clock.now();
          const query = new URLSearchParams({
            type,
            dateRangeStartsAt: day(now - days * DAY),
            dateRangeEndsAt: day(now),
            pageSize: String(pageSize),
            ...(token === undefined ? {} : { nextPage: token }),
          });
          return `${baseUrl}${BATCH_PATH}?${query}`;
        },
        (answer) => this.#readPage(answer, token !== undefined),
      );
    const request = async (): Promise<Page | "cursor_refused" | "too_early"> => {
      const { skew } = this.#clock;
      const page = await requestOnce();
      // Of the days of a wrong clock, the answer says nothing about ours.
      return skew === this.#clock.skew ? page : await requestOnce();
    };
    return request().then(async (page) => {
      if (page !== "too_early") return page;
      // The window is counted in days by some of their servers and to the second by others.
      days = 6;
      const again = await request();
      if (again !== "too_early") return again;
      throw new FetchError("Mimecast does not accept the request for a page", {
        code: "answer_refused",
        remedy: "check that the application may read this type; it is tried again at the next poll",
      });
    });
  }

  async #readPage(answer: HttpAnswer, hadToken: boolean): Promise<Page | "cursor_refused" | "too_early"> {
    this.#clock.observe(answer);
    const bytes = await readSmall(answer);
    const parsed = parse(bytes);
    const codes = failCodes((parsed ?? {}) as Record<string, unknown>);
    if (answer.status !== 200 || codes.length > 0) {
      const aboutCursor = codes.some((code) => /page|cursor|token/i.test(code));
      if (hadToken && answer.status === 400 && aboutCursor) return "cursor_refused";
      if (answer.status === 400) return "too_early";
      if (answer.status === 403) {
        throw new RefusedError(`Mimecast answered ${codes.join(", ") || "with status 403"}`, {
          code: "credentials_refused",
          remedy: "give the application the permission to read Security Events and SIEM data",
        });
      }
      throw new TransientError(`Mimecast answered ${codes.join(", ") || `with status ${answer.status}`}`, {
        code: "answer_refused",
        reason: "refused",
        remedy: "it is tried again; if it stays, check baseUrl",
      });
    }
    const page = pageSchema.safeParse(parsed);
    const urls = page.success ? (page.data.value ?? []).map(({ url }) => presigned(url)) : [undefined];
    if (!page.success || urls.includes(undefined)) {
      throw new TransientError("Mimecast's page cannot be read", {
        code: "answer_unreadable",
        reason: "unreadable",
        remedy: "it is tried again; if it stays, check baseUrl",
      });
    }
    return {
      urls: urls.flatMap((url) => url ?? []),
      next: page.data["@nextPage"] || undefined,
      isCaughtUp: page.data.isCaughtUp === true,
    };
  }

  /** A GET with the access token; a refused token is replaced once. */
  async #authorised<T>(
    signal: AbortSignal,
    url: () => string,
    read: (answer: HttpAnswer) => Promise<T>,
  ): Promise<T> {
    let refused: Secret | undefined;
    for (;;) {
      let used: Secret | undefined;
      const result = await ask(
        this.#context,
        2,
        signal,
        async () => {
          used = await this.#token.get(signal, refused);
          const headers = { authorization: `Bearer ${used.reveal()}`, accept: "application/json" };
          return { method: "GET", url: url(), headers };
        },
        async (answer): Promise<{ value: T } | undefined> => {
          if (answer.status !== 401) return { value: await read(answer) };
          await answer.discard();
          return undefined;
        },
      );
      if (result !== undefined) return result.value;
      if (refused !== undefined) {
        throw new RefusedError("Mimecast refused a fresh access token", {
          code: "credentials_refused",
          remedy: "check that the application is enabled and may read Security Events and SIEM data",
        });
      }
      refused = used;
      this.#context.metrics.retries.inc({ account: this.#context.account, reason: "401" });
    }
  }

  async #fetch(type: EventType, url: URL, signal: AbortSignal): Promise<Fetched> {
    const { spool, limits } = this.#context;
    const path = spool.downloadPath();
    try {
      const size = await ask(
        this.#context,
        2,
        signal,
        () => ({ method: "GET", url: url.href, headers: {} }),
        async (answer) => {
          if (answer.status === 200)
            return await spool.download(path, noticed(this.#context, answer.body), limits.maxDownload);
          await answer.discard();
          throw new FetchError(`a file answered with status ${answer.status}`, {
            code: "url_expired",
            remedy: "the page is asked for again, which gives new URLs",
          });
        },
      );
      const slug = type.replaceAll(" ", "-");
      const unpacked = await unpack(this.#context, path, size, {
        type: () => slug,
        // Each record has its own _partition and _offset: equal contents are the same file.
        identity: () => "",
        source: { api: "2.0", type, object: objectOf(url) },
        // Some proxies unpack what they pass on. Whatever else comes in a file's place is none, such as a sentence of theirs.
        isPlain: mayBeJson,
        name: objectOf(url),
      });
      return { ...unpacked, path };
    } catch (error) {
      await spool.discard(path);
      throw error;
    }
  }
}

function presigned(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.protocol === "https:" ? url : undefined;
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined; // the caller says what that means
  }
}

const day = (time: number): string => new Date(time).toISOString().slice(0, 10);

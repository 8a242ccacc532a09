/** API 1.0: signed `get-siem-logs`, asked until it has no more, one token an account. */
import { randomUUID } from "node:crypto";
import { TransientError } from "../runtime/errors.ts";
import { type HttpAnswer, readSmall } from "../runtime/http.ts";
import { scrub } from "../runtime/secret.ts";
import { mayBeRecords, packingOf } from "./archive.ts";
import { ArchiveError, FetchError, RefusedError } from "./errors.ts";
import { type Api1Credentials, signedHeaders } from "./sign.ts";
import {
  ask,
  type Brought,
  CursorWatch,
  digest,
  drop,
  gapSince,
  head,
  noticed,
  type PollReport,
  quarantine,
  READ_ATTEMPTS,
  type Source,
  type SourceContext,
  saveCursor,
  tooLarge,
  unpack,
} from "./source.ts";
import { TheirClock } from "./their-clock.ts";

export const LOGS_PATH = "/api/audit/get-siem-logs";
const DISCOVERY_URL = "https://api.mimecast.com/api/login/discover-authentication";
const KEY = "siem";
/** A control answer is small; a larger one is data. */
const MOST_CONTROL = 256 * 1024;
/** A message names no more codes than this. */
const MOST_CODES = 5;
/** Of one code, in characters. */
const MOST_CODE = 4096;

/** What the file's name prefix says its records are (mimecast.md, Log types). */
const PREFIXES: readonly (readonly [string, string])[] = [
  ["receipt_", "receipt"],
  ["process_", "process"],
  ["delivery_", "delivery"],
  ["jrnl_", "journal"],
  ["av_", "av"],
  ["spameventthread_", "spam"],
  ["ttp_url_", "url-protect"],
  ["ttp_ap_", "attachment-protect"],
  ["impersonation_", "impersonation-protect"],
  ["iep_", "internal-email-protect"],
];

export interface Api1Options {
  readonly credentials: Api1Credentials;
  readonly baseUrl: string;
  readonly fileFormat: "key_value" | "json";
}

/** Either Mimecast is done for now, or it sent data, which stands under `path` unless there was too much of it. */
type Answer =
  | { readonly kind: "caught_up"; readonly next: string | undefined }
  | { readonly kind: "token_refused" }
  | TooLarge
  | Data;

interface Data {
  readonly kind: "data";
  readonly path: string;
  readonly size: number;
  readonly next: string | undefined;
  readonly name: string;
}

interface TooLarge {
  readonly kind: "too_large";
  readonly error: ArchiveError;
  readonly next: string | undefined;
  readonly name: string;
}

export class Api1 implements Source {
  readonly #context: SourceContext;
  readonly #options: Api1Options;
  readonly #clock: TheirClock;

  constructor(context: SourceContext, options: Api1Options) {
    this.#context = context;
    this.#options = options;
    this.#clock = new TheirClock(context, "signatures go");
  }

  async poll(report: PollReport, signal: AbortSignal): Promise<void> {
    const { state, log, clock } = this.#context;
    let watch = new CursorWatch();
    let restarts = 0;
    let unreadable = 0;
    for (;;) {
      signal.throwIfAborted();
      await this.#context.checkRoom();
      const token = state.cursor(KEY)?.token;
      const answer = await this.#logs(token, signal);
      const gap = gapSince(this.#context, KEY);
      if (answer.kind === "token_refused") {
        log.error(
          {},
          "Mimecast refused the saved token; fetching restarts from the earliest log it still has",
        );
        this.#context.metrics.errors.inc({ account: this.#context.account, code: "cursor_refused" });
        await saveCursor(this.#context, KEY, { token: undefined }, gap, report);
        // What was seen before comes again, once.
        if (restarts++ === 0) watch = new CursorWatch();
        continue;
      }
      if (answer.kind === "caught_up") {
        const next = answer.next ?? token;
        await saveCursor(this.#context, KEY, { token: next, caughtUpAt: clock.now() }, gap, report);
        return;
      }
      const brought = await this.#bring(answer, unreadable + 1 >= READ_ATTEMPTS, report);
      unreadable = brought === "unreadable" ? unreadable + 1 : 0;
      if (brought === "unreadable") continue;
      const { next } = answer;
      if (next === undefined || next === token) {
        await saveCursor(this.#context, KEY, { token, caughtUpAt: clock.now() }, gap, report);
        return;
      }
      await saveCursor(this.#context, KEY, { token: next }, gap, report);
      if (!watch.goesOn(next, brought)) throw neverEnds();
    }
  }

  /** An answer's records into the spool, and what cannot be read into quarantine, if it is not to be asked for again. */
  async #bring(
    answer: Data | TooLarge,
    isLast: boolean,
    report: PollReport,
  ): Promise<Brought | "unreadable"> {
    const { spool, log, metrics, account, files } = this.#context;
    if (answer.kind === "too_large") {
      const { source } = naming(answer.name);
      await tooLarge(
        this.#context,
        answer.error,
        { ...source, answer: digest(answer.next ?? "last") },
        report,
      );
      return "new";
    }
    const { staged, bad } = await unpack(this.#context, answer.path, answer.size, naming(answer.name));
    if (bad.length > 0 && !isLast) {
      log.warn({ reasons: bad }, "an answer cannot be read; asking for it again");
      metrics.retries.inc({ account, reason: "unreadable" });
      await spool.discardStaged(staged);
      await spool.discard(answer.path);
      return "unreadable";
    }
    const dropped = await drop(this.#context, staged, report);
    const isZip = packingOf(await head(files, answer.path)) === "zip";
    await quarantine(this.#context, answer.path, isZip ? "zip" : "bin", bad, report);
    await spool.discard(answer.path);
    if (dropped > 0 || bad.length > 0) return "new";
    return staged.length > 0 ? "known" : "nothing";
  }

  async #logs(token: string | undefined, signal: AbortSignal): Promise<Answer> {
    let signedAgain = false;
    for (;;) {
      const { skew } = this.#clock;
      try {
        return await ask(
          this.#context,
          1,
          signal,
          () => this.#request(token),
          (answer) => this.#read(answer, token !== undefined),
        );
      } catch (error) {
        // A signature may be refused for its date alone: then it is worth one more, dated by Mimecast's clock.
        const again = error instanceof RefusedError && error.code === "credentials_refused";
        if (!again || signedAgain || skew === this.#clock.skew) throw error;
        signedAgain = true;
      }
    }
  }

  #request(token: string | undefined): {
    method: "POST";
    url: string;
    headers: Record<string, string>;
    body: string;
  } {
    const { credentials, baseUrl, fileFormat } = this.#options;
    const query = { type: "MTA", fileFormat, compress: true, ...(token === undefined ? {} : { token }) };
    return {
      method: "POST",
      url: `${baseUrl}${LOGS_PATH}`,
      headers: {
        ...signedHeaders(credentials, LOGS_PATH, this.#clock.now(), randomUUID()),
        "content-type": "application/json",
        accept: "*/*",
      },
      body: JSON.stringify({ data: [query] }),
    };
  }

  async #read(answer: HttpAnswer, hadToken: boolean): Promise<Answer> {
    this.#clock.observe(answer);
    if (answer.status !== 200) return refused(codesOf(await readSmall(answer)), answer.status, hadToken);
    const { spool, limits, files } = this.#context;
    const path = spool.downloadPath();
    const next = answer.header("mc-siem-token") || undefined;
    let size: number;
    try {
      size = await spool.download(path, noticed(this.#context, answer.body), limits.maxDownload);
    } catch (error) {
      if (!(error instanceof ArchiveError)) throw error;
      answer.abandon();
      return { kind: "too_large", error, next, name: fileName(answer) };
    }
    const small = size <= MOST_CONTROL ? await files.read(path) : undefined;
    const control = small && controlOf(small);
    if (control === undefined && !(small && isPage(small))) {
      return { kind: "data", path, size, next, name: fileName(answer) };
    }
    await spool.discard(path);
    if (control === undefined) throw notMimecast();
    if (control.fail.length > 0) return refused(control.fail, 200, hadToken);
    return { kind: "caught_up", next: control.isLast ? undefined : next };
  }
}

/** Equal contents under two names are two files: key=value records carry nothing that no other record has. */
const naming = (name: string) => ({
  type: typeOf,
  identity: (member: string) => member,
  source: { api: "1.0", file: name },
  isPlain: mayBeRecords,
  name,
});

export function typeOf(member: string): string {
  const base = member.replace(/^.*[/\\]/, "").toLowerCase();
  return PREFIXES.find(([prefix]) => base.startsWith(prefix))?.[1] ?? "siem";
}

function fileName(answer: HttpAnswer): string {
  const found = /filename\*?="?(?:UTF-8'')?([^";]+)"?/i.exec(answer.header("content-disposition") ?? "");
  return found?.[1] ?? "siem";
}

interface Control {
  readonly fail: readonly string[];
  readonly isLast: boolean;
}

/** Told by the content alone: errors come as 200, and data may come as JSON. */
export function controlOf(bytes: Buffer): Control | undefined {
  if (packingOf(bytes) !== "plain") return undefined;
  if (bytes.length === 0) return { fail: [], isLast: false };
  const parsed = parse(bytes);
  if (parsed === undefined || !("meta" in parsed || "fail" in parsed)) return undefined;
  const { data, meta } = parsed;
  const fail = failCodes(parsed);
  // With records in it, it is no control answer, whatever else stands beside them.
  if (fail.length === 0 && Array.isArray(data) && data.length > 0) return undefined;
  return { fail, isLast: (meta as { isLastToken?: unknown } | null)?.isLastToken === true };
}

/** A web page, as proxies and maintenance servers send it with status 200. No record begins so. */
const isPage = (bytes: Buffer): boolean => /^\s*</.test(bytes.toString("latin1", 0, 200));

const notMimecast = (): TransientError =>
  new TransientError("the answer is a web page and not Mimecast's", {
    code: "answer_unreadable",
    reason: "unreadable",
    remedy: "it is tried again; if it stays, check baseUrl and what stands between (a proxy, a gateway)",
  });

function parse(bytes: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // data that is no JSON, which is what data is
  }
}

const codesOf = (bytes: Buffer): string[] => failCodes(parse(bytes) ?? {});

/** The codes in `fail`, with the fields they are about; the messages may quote what we sent. */
export function failCodes({ fail }: Record<string, unknown>): string[] {
  if (!fail) return [];
  const items: ({ code?: unknown; errors?: unknown } | null)[] = Array.isArray(fail) ? fail : [fail];
  return items.slice(0, MOST_CODES).flatMap((item) => {
    const several = Array.isArray(item?.errors) && item.errors.length > 0;
    const errors = several ? (item.errors as ({ code?: unknown } | null)[]) : [item];
    return errors.slice(0, MOST_CODES).map((error) => codeOf(error?.code));
  });
}

/** Scrubbed here, since what is left of a secret below would not be known for one. */
function codeOf(code: unknown): string {
  if (typeof code !== "string" && typeof code !== "number") return "unknown";
  return scrub(String(code).slice(0, MOST_CODE))
    .replace(/[^\w.-]/g, "")
    .slice(0, 80);
}

/** What an error means. Throws, except where the token alone is the matter. */
function refused(codes: readonly string[], status: number, hadToken: boolean): { kind: "token_refused" } {
  const said = `Mimecast answered ${codes.join(", ") || `with status ${status}`}`;
  const has = (part: string): boolean => codes.some((code) => code.includes(part));
  if (has("audit_siem_invalid_token") && hadToken) return { kind: "token_refused" };
  if (has("binding_expired") || status === 418) {
    throw new RefusedError(`${said}: the access key has expired`, {
      code: "key_expired",
      remedy: "make a new access key and secret key for this application in Mimecast's console",
    });
  }
  if (has("incorrect_region")) {
    throw new RefusedError(`${said}: this account lives in another region`, {
      code: "wrong_region",
      remedy: "set baseUrl to the account's region, or set email to have it discovered",
    });
  }
  if (has("signature") || has("developer_key") || has("xdk") || status === 401 || status === 403) {
    throw new RefusedError(`${said}: the credentials are not accepted`, {
      code: "credentials_refused",
      remedy: "check application id and key, access key and secret key, and this machine's clock",
    });
  }
  if (has("err_validation") || status === 400 || status === 404) {
    throw new FetchError(`${said}: the request is not accepted`, {
      code: "answer_refused",
      remedy: "check baseUrl; it is tried again at the next poll",
    });
  }
  throw new TransientError(said, {
    code: "answer_refused",
    reason: "refused",
    remedy: "it is tried again; if it stays, ask Mimecast what the code means",
  });
}

const neverEnds = (): FetchError =>
  new FetchError("Mimecast sends token after token and nothing new with them", {
    code: "cursor_never_ends",
    remedy: "this poll ends here and the next one goes on behind it; if it stays, tell Mimecast",
  });

const isHttps = (url: string): boolean => URL.canParse(url) && new URL(url).protocol === "https:";

/** The base URL of the region in which an address's account lives. */
export async function discoverBaseUrl(
  context: SourceContext,
  credentials: Api1Credentials,
  email: string,
  signal: AbortSignal,
  url = DISCOVERY_URL,
): Promise<string> {
  return await ask(
    context,
    1,
    signal,
    () => ({
      method: "POST",
      url,
      headers: {
        "content-type": "application/json",
        "x-mc-app-id": credentials.appId,
        "x-mc-date": new Date(context.clock.now()).toUTCString().replace("GMT", "UTC"),
        "x-mc-req-id": randomUUID(),
      },
      body: JSON.stringify({ data: [{ emailAddress: email }] }),
    }),
    async (answer) => {
      const bytes = await readSmall(answer);
      const parsed = parse(bytes) as { data?: { region?: { api?: unknown } }[] } | undefined;
      const base = parsed?.data?.[0]?.region?.api;
      if (answer.status === 200 && typeof base === "string" && isHttps(base)) {
        return base.replace(/\/+$/, "");
      }
      throw new RefusedError(`the region was not discovered: ${codesOf(bytes).join(", ") || answer.status}`, {
        code: "wrong_region",
        remedy: "check email, or set baseUrl",
      });
    },
  );
}

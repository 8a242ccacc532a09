/**
 * A simulated Mimecast: a real HTTPS server that speaks API 1.0 and API 2.0 as design and captures show them, verifies
 * signatures and access tokens, keeps its logs for seven days, and misbehaves by a script.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { certificates } from "./certificate.ts";
import { type ZipMember, zip } from "./zip.ts";

const DAY = 86_400_000;
const LOGS = "/api/audit/get-siem-logs";
const BATCH = "/siem/v1/batch/events/cg";

export type Route = "logs" | "oauth" | "batch" | "file" | "discovery";

/** What one request to a route gets instead of the truth, or on top of it. */
export type Fault =
  | {
      readonly kind: "status";
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body?: string;
    }
  /** The right headers, half of the body, then a reset. */
  | { readonly kind: "reset" }
  /** A Content-Length that promises more than comes. */
  | { readonly kind: "short" }
  /** A byte now and then. */
  | { readonly kind: "drip"; readonly everyMs: number }
  /** No answer at all. */
  | { readonly kind: "silence" }
  /** The body, cut, and sent as if it were whole. */
  | { readonly kind: "truncated" }
  /** Another body. */
  | { readonly kind: "body"; readonly body: Buffer };

/** One answer of API 1.0: a zip's members. */
export interface Batch1 {
  readonly members: readonly ZipMember[];
  readonly publishedAt?: number;
  /** Instead of a zip of the members. */
  readonly raw?: Buffer;
}

/** One presigned file of API 2.0. */
export interface File2 {
  readonly content: string;
  readonly publishedAt?: number;
  /** Instead of the gzip of the content. */
  readonly raw?: Buffer;
  /** It is named and cannot be had. */
  readonly gone?: boolean;
}

export class SimulatedMimecast {
  readonly credentials = {
    appId: "11111111-2222-3333-4444-555555555555",
    appKey: randomBytes(18).toString("hex"),
    accessKey: randomBytes(48).toString("base64"),
    secretKey: randomBytes(48).toString("base64"),
    clientId: randomBytes(16).toString("hex"),
    clientSecret: randomBytes(32).toString("hex"),
  };
  readonly ca = certificates().ca;
  /** API 1.0: answers in their order. */
  readonly batches: Batch1[] = [];
  /** API 2.0: pages by type, each of several files. */
  readonly pages = new Map<string, File2[][]>();
  /** Faults wait here for the next requests to their route. */
  readonly faults: Record<Route, (Fault | undefined)[]> = {
    logs: [],
    oauth: [],
    batch: [],
    file: [],
    discovery: [],
  };
  readonly requests: { route: Route | "unknown"; path: string; body: string }[] = [];
  /** Added to the server's clock: what it says in Date, and what it measures signatures by. */
  clockOffset = 0;
  now: () => number = () => Date.now();
  tokenLife = 1799;
  /** Presigned URLs are good for this long. */
  urlLife = 3_600_000;
  /** API 1.0 gives tokens for ever, each new. */
  neverEnds = false;
  /** API 1.0 answers with the token that it got. */
  sameToken = false;
  /** Every URL stands on its page twice. */
  repeatsUrls = false;
  /** Presigned URLs of a page differ in their queries alone. */
  tellsByQuery = false;
  /** Called for each request, before it is answered. */
  onRequest: (route: Route | "unknown", url: URL) => void = () => {};
  /** Every page comes with an empty one before it. */
  emptyPages = false;
  refusesTokens = false;
  readonly #accessTokens = new Map<string, number>();
  readonly #urlKey = randomBytes(16);
  readonly #server: Server;
  readonly #urlsUsed = new Set<string>();

  constructor() {
    const { cert, key } = certificates();
    this.#server = createServer({ cert, key, keepAlive: true }, (request, response) => {
      this.#handle(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  get url(): string {
    return `https://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** How often a route was asked. */
  count(route: Route): number {
    return this.requests.filter((request) => request.route === route).length;
  }

  endAccessTokens(): void {
    this.#accessTokens.clear();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts).toString("utf8");
    const url = new URL(request.url ?? "/", "https://localhost");
    const route = routeOf(url.pathname);
    this.requests.push({ route, path: request.url ?? "", body });
    this.onRequest(route, url);
    response.setHeader("date", new Date(this.#time()).toUTCString());
    response.sendDate = false;
    if (route === "unknown") return this.#json(response, 404, { fail: [{ code: "err_not_found" }] });
    const fault = this.faults[route].shift();
    if (fault?.kind === "silence") return;
    if (fault?.kind === "status") {
      response.writeHead(fault.status, fault.headers ?? {}).end(fault.body ?? "");
      return;
    }
    const answer = this[route](request, url, body);
    this.#send(response, fault?.kind === "body" ? { ...answer, body: fault.body } : answer, fault);
  }

  #send(response: ServerResponse, { status, headers, body }: Answer, fault: Fault | undefined): void {
    if (fault?.kind === "truncated") {
      const cut = body.subarray(0, Math.max(1, body.length - 9));
      response.writeHead(status, { ...headers, "content-length": cut.length }).end(cut);
      return;
    }
    response.writeHead(status, { ...headers, "content-length": body.length });
    if (fault?.kind === "reset" || fault?.kind === "short") {
      response.write(body.subarray(0, body.length >> 1), () => {
        setTimeout(() => (fault.kind === "reset" ? response.socket?.destroy() : response.socket?.end()), 20);
      });
      return;
    }
    if (fault?.kind === "drip") {
      let at = 0;
      const timer = setInterval(() => {
        if (response.destroyed || at >= body.length) clearInterval(timer);
        else response.write(body.subarray(at, ++at));
      }, fault.everyMs);
      timer.unref();
      return;
    }
    response.end(body);
  }

  #json(response: ServerResponse, status: number, value: unknown): void {
    this.#send(response, json(status, value), undefined);
  }

  #time(): number {
    return this.now() + this.clockOffset;
  }

  logs(request: IncomingMessage, _url: URL, body: string): Answer {
    const problem = this.#signatureProblem(request);
    if (problem)
      return json(401, { meta: { status: 401 }, data: [], fail: [{ errors: [{ code: problem }] }] });
    const [query] = (JSON.parse(body) as { data: { type: string; token?: string; fileFormat: string }[] })
      .data;
    if (query?.type !== "MTA") return failed("err_validation_null");
    const kept = this.batches.findIndex(({ publishedAt }) => this.#isKept(publishedAt));
    const earliest = kept < 0 ? this.batches.length : kept;
    const position = query.token === undefined ? earliest : positionOf(query.token);
    if (position === undefined || this.refusesTokens) {
      this.refusesTokens = false;
      return failed("err_audit_siem_invalid_token");
    }
    const batch = this.batches[Math.max(position, earliest)];
    if (batch === undefined && !this.neverEnds) {
      return json(200, { meta: { isLastToken: true, status: 200 }, data: [], fail: [] });
    }
    const content = batch?.raw ?? zip(batch?.members ?? []);
    const next = this.sameToken && query.token ? query.token : tokenFor(Math.max(position, earliest) + 1);
    return {
      status: 200,
      headers: {
        "content-type": "application/octet-stream",
        "content-disposition": 'attachment; filename="siem_logs.zip"',
        "mc-siem-token": next,
      },
      body: content,
    };
  }

  #signatureProblem({ headers }: IncomingMessage): string | undefined {
    const { appId, appKey, accessKey, secretKey } = this.credentials;
    const date = String(headers["x-mc-date"]);
    if (headers["x-mc-app-id"] !== appId) return "err_developer_key";
    if (!/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d UTC$/.test(date)) return "err_xdk_invalid_signature";
    if (Math.abs(Date.parse(date) - this.#time()) > 15 * 60_000) return "err_xdk_invalid_signature";
    const text = `${date}:${headers["x-mc-req-id"]}:${LOGS}:${appKey}`;
    const wanted = createHmac("sha1", Buffer.from(secretKey, "base64")).update(text).digest("base64");
    return same(headers.authorization ?? "", `MC ${accessKey}:${wanted}`)
      ? undefined
      : "err_xdk_invalid_signature";
  }

  discovery(): Answer {
    return json(200, { meta: { status: 200 }, data: [{ region: { code: "eu", api: this.url } }], fail: [] });
  }

  oauth(_request: IncomingMessage, _url: URL, body: string): Answer {
    const form = new URLSearchParams(body);
    const { clientId, clientSecret } = this.credentials;
    const good =
      form.get("grant_type") === "client_credentials" &&
      same(form.get("client_id") ?? "", clientId) &&
      same(form.get("client_secret") ?? "", clientSecret);
    if (!good) return json(401, { fail: [{ code: "InvalidClientIdentifier", message: "invalid" }] });
    const token = randomBytes(24).toString("base64url");
    this.#accessTokens.set(token, this.now() + this.tokenLife * 1000);
    return json(200, { access_token: token, token_type: "Bearer", expires_in: this.tokenLife, scope: "" });
  }

  batch(request: IncomingMessage, url: URL): Answer {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
    if ((this.#accessTokens.get(token) ?? 0) <= this.now()) {
      return json(401, { fail: [{ code: "token_expired", message: "Access Token Expired" }] });
    }
    const query = url.searchParams;
    const [from, to] = [Date.parse(query.get("dateRangeStartsAt") ?? ""), query.get("dateRangeEndsAt")];
    if (Number.isNaN(from) || !to || from < this.#time() - 8 * DAY) {
      return json(400, { fail: [{ code: "validation", message: "bad date range" }] });
    }
    const type = query.get("type") ?? "";
    const pages = this.#pagesOf(type);
    const cursor = query.get("nextPage");
    const earliest = pages.findIndex((page) => page.some(({ publishedAt }) => this.#isKept(publishedAt)));
    const wanted = cursor === null ? (earliest < 0 ? pages.length : earliest) : positionOf(cursor);
    if (wanted === undefined || this.refusesTokens) {
      this.refusesTokens = false;
      return json(400, { fail: [{ code: "invalid_next_page", message: "no such page" }] });
    }
    const end = Date.parse(to) + DAY;
    const files = (pages[wanted] ?? []).filter(({ publishedAt = this.#time() }) => {
      return this.#isKept(publishedAt) && publishedAt >= from && publishedAt < end;
    });
    const value = files.flatMap((file, index) => {
      const entry = { url: this.#presigned(type, wanted, index), expiry: "PT1H", size: file.content.length };
      return this.repeatsUrls ? [entry, { ...entry, url: this.#presigned(type, wanted, index) }] : [entry];
    });
    const next = Math.min(wanted + 1, pages.length);
    return json(200, { value, "@nextPage": tokenFor(next), isCaughtUp: wanted >= pages.length });
  }

  #pagesOf(type: string): File2[][] {
    const pages = this.pages.get(type) ?? [];
    return this.emptyPages ? pages.flatMap((page) => [[], page]) : pages;
  }

  #presigned(type: string, page: number, index: number): string {
    const name = this.tellsByQuery ? "object" : `${index}.json.gz`;
    const path = `/storage/${encodeURIComponent(type)}/${page}/${name}`;
    const until = this.now() + this.urlLife;
    return `${this.url}${path}?file=${index}&X-Expires=${until}&X-Signature=${this.#signature(path, until)}&n=${randomBytes(4).toString("hex")}`;
  }

  #signature(path: string, until: number): string {
    return createHmac("sha256", this.#urlKey).update(`${path}:${until}`).digest("hex");
  }

  file(request: IncomingMessage, url: URL): Answer {
    const until = Number(url.searchParams.get("X-Expires"));
    const signature = url.searchParams.get("X-Signature") ?? "";
    if (request.headers.authorization !== undefined) return text(400, "two credentials");
    if (!same(signature, this.#signature(url.pathname, until)) || until <= this.now())
      return text(403, "expired");
    const [, , type = "", page = "", name = ""] = url.pathname.split("/");
    const file = this.#pagesOf(decodeURIComponent(type))[Number(page)]?.[
      Number(url.searchParams.get("file") ?? Number.parseInt(name, 10))
    ];
    if (file === undefined || file.gone) return text(404, "gone");
    this.#urlsUsed.add(url.pathname);
    const body = file.raw ?? gzipSync(file.content);
    return { status: 200, headers: { "content-type": "application/gzip" }, body };
  }

  #isKept(publishedAt: number | undefined): boolean {
    return publishedAt === undefined || publishedAt > this.#time() - 7 * DAY;
  }
}

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

function routeOf(path: string): Route | "unknown" {
  if (path === LOGS) return "logs";
  if (path === "/oauth/token") return "oauth";
  if (path === BATCH) return "batch";
  if (path === "/api/login/discover-authentication") return "discovery";
  return path.startsWith("/storage/") ? "file" : "unknown";
}

const json = (status: number, value: unknown): Answer => ({
  status,
  headers: { "content-type": "application/json" },
  body: Buffer.from(JSON.stringify(value)),
});

const text = (status: number, value: string): Answer => ({ status, headers: {}, body: Buffer.from(value) });

/** Errors of API 1.0 come as 200, too. */
const failed = (code: string): Answer =>
  json(200, { meta: { status: 200 }, data: [], fail: [{ errors: [{ code }] }] });

const tokenFor = (position: number): string =>
  Buffer.from(`position ${position} of the log`).toString("base64");

function positionOf(token: string): number | undefined {
  const found = /^position (\d+) of the log$/.exec(Buffer.from(token, "base64").toString("latin1"))?.[1];
  return found === undefined ? undefined : Number(found);
}

function same(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/**
 * HTTPS with a limit on every phase: connecting, waiting for the answer, silence within it, and the whole. Certificates are
 * always checked; there is no switch. Proxies come from HTTPS_PROXY, HTTP_PROXY and NO_PROXY. Redirects are not followed.
 */
import type { Readable } from "node:stream";
import { createSecureContext, rootCertificates, type SecureContext } from "node:tls";
import { Agent, type Dispatcher, EnvHttpProxyAgent, errors, Pool, request } from "undici";
import { SECOND } from "./clock.ts";
import { messageOf, systemCode, TransientError } from "./errors.ts";

export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes must not change until there is an answer. */
  readonly body?: string | Uint8Array;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  /** By lower-case name. */
  header(name: string): string | undefined;
  /** Errors of the connection leave it as TransientError. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Reads a body that nobody needs, so that its connection can be used again. */
  discard(): Promise<void>;
  /** Gives up on the answer, read or not, and on its connection. */
  abandon(): void;
}

export interface Http {
  send(request: HttpRequest): Promise<HttpAnswer>;
  close(): Promise<void>;
}

export interface HttpOptions {
  /** PEM: trusted besides the certificate authorities that Node knows. */
  readonly ca?: string | undefined;
  readonly timeouts?: Timeouts;
  readonly userAgent: string;
  /** Goes to the server itself, whatever proxies the environment names. */
  readonly direct?: boolean;
  /** At once, to one server. */
  readonly connections?: number;
}

export interface Timeouts {
  readonly connectMs: number;
  readonly headersMs: number;
  /** Silence within a body. */
  readonly idleMs: number;
  /** A whole request: ends what drips too slowly to be silent. */
  readonly totalMs: number;
}

export const TIMEOUTS: Timeouts = {
  connectMs: 20 * SECOND,
  headersMs: 120 * SECOND,
  idleMs: 60 * SECOND,
  totalMs: 1800 * SECOND,
};

export function createHttp(options: HttpOptions): Http {
  const timeouts = options.timeouts ?? TIMEOUTS;
  const tls = {
    // Said here, since NODE_TLS_REJECT_UNAUTHORIZED=0 only changes what holds where nothing is said.
    rejectUnauthorized: true,
    ...(options.ca === undefined ? {} : { secureContext: trusting(options.ca) }),
  };
  const common = {
    connect: { ...tls, timeout: timeouts.connectMs },
    headersTimeout: timeouts.headersMs,
    bodyTimeout: timeouts.idleMs,
    keepAliveTimeout: 10 * SECOND,
    connections: options.connections ?? 16,
    pipelining: 1,
  };
  const agent = options.direct
    ? new Agent(common)
    : new EnvHttpProxyAgent({
        ...common,
        requestTls: tls,
        proxyTls: tls,
        clientFactory: (proxy, given) =>
          new ProxyPool(proxy, { ...given, headersTimeout: timeouts.headersMs }),
      });
  return {
    send: async ({ method, url, headers, body, signal }) => {
      const where = new URL(url).host;
      const end = endAfter(timeouts.totalMs, signal);
      try {
        const answer = await request(url, {
          dispatcher: agent,
          method,
          headers: { "user-agent": options.userAgent, ...headers },
          body: body ?? null,
          signal: end.signal,
        });
        return {
          status: answer.statusCode,
          header: (name) => {
            const value = answer.headers[name];
            return Array.isArray(value) ? value[0] : value;
          },
          body: guarded(answer.body, where, signal, end.clear),
          discard: async () => {
            await answer.body.dump({ limit: 65536 }).catch(() => undefined);
            end.clear();
          },
          abandon: () => {
            end.clear();
            answer.body.on("error", () => {}).destroy();
          },
        };
      } catch (error) {
        end.clear();
        throw networkError(error, where, signal);
      }
    },
    close: () => agent.destroy(),
  };
}

/**
 * undici 7 takes a proxy that hangs up during CONNECT for a connection that was good once, and connects anew without end or
 * pause, whatever the signal says (nodejs/undici#3897, mended in 8 alone, which needs Node 22). Any other error ends the request.
 */
class ProxyPool extends Pool {
  override connect(options: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData>;
  override connect(
    options: Dispatcher.ConnectOptions,
    callback: (error: Error | null, data: Dispatcher.ConnectData) => void,
  ): void;
  override connect(
    options: Dispatcher.ConnectOptions,
    callback?: (error: Error | null, data: Dispatcher.ConnectData) => void,
  ): Promise<Dispatcher.ConnectData> | undefined {
    if (callback) return void super.connect(options, callback);
    return super.connect(options).catch((cause: unknown) => {
      if (systemCode(cause) !== "UND_ERR_SOCKET") throw cause;
      throw new Error(`the proxy ended the connection: ${messageOf(cause)}`, { cause });
    });
  }
}

let trusted: { readonly ca: string; readonly context: SecureContext } | undefined;

/** Made once: to read the authorities that Node knows takes longer than a connection. */
function trusting(ca: string): SecureContext {
  if (trusted?.ca !== ca) trusted = { ca, context: createSecureContext({ ca: [...rootCertificates, ca] }) };
  return trusted.context;
}

/**
 * A signal that follows another one, and aborts by itself after a while. Not AbortSignal.any with AbortSignal.timeout: in
 * Node 20 those are forgotten, with their timers, when the garbage is collected.
 */
function endAfter(milliseconds: number, signal: AbortSignal): { signal: AbortSignal; clear: () => void } {
  const controller = new AbortController();
  const follow = (): void => controller.abort(signal.reason);
  const timer = setTimeout(() => {
    controller.abort(new Error(`it took longer than ${milliseconds / SECOND} seconds`));
  }, milliseconds);
  timer.unref();
  signal.addEventListener("abort", follow, { once: true });
  if (signal.aborted) follow();
  return {
    signal: controller.signal,
    clear: () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", follow);
    },
  };
}

async function* guarded(
  body: Readable,
  where: string,
  signal: AbortSignal,
  done: () => void,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw networkError(error, where, signal);
  } finally {
    done();
  }
}

/** Certificates are a matter for people; whatever else happens on the way may be over the next time. */
function networkError(error: unknown, where: string, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  const code = systemCode(error) ?? systemCode((error as Error).cause) ?? "";
  // undici keeps the bytes that it could not read, and there may be a token in them.
  if (error instanceof errors.HTTPParserError) Reflect.deleteProperty(error, "data");
  const certificate = /CERT|SELF_SIGNED|ALTNAME|UNABLE_TO|ERR_TLS/.test(code);
  return new TransientError(`${where}: ${messageOf(error) || code || "the connection failed"}`, {
    code: "network",
    reason: "network",
    remedy: certificate
      ? "name the certificate authority's file in caFile; the check cannot be switched off"
      : "it is tried again; if it stays, check the way there (name resolution, proxy, firewall)",
    cause: error,
  });
}

/** A whole body, for answers that must be small. */
export async function readSmall(answer: HttpAnswer, most = 4 * 1024 * 1024): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of answer.body) {
    size += part.length;
    if (size > most) {
      throw new TransientError(`an answer of more than ${most} bytes where a small one belongs`, {
        code: "answer_unreadable",
        reason: "unreadable",
        remedy: "it is tried again; if it stays, check the base URL",
      });
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}

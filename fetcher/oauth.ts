/** API 2.0's access token: kept in memory, renewed before it ends, shared by all requests of an account. */
import { MINUTE, SECOND } from "../runtime/clock.ts";
import { TransientError } from "../runtime/errors.ts";
import { readSmall } from "../runtime/http.ts";
import { Secret } from "../runtime/secret.ts";
import { RefusedError } from "./errors.ts";
import { ask, type SourceContext } from "./source.ts";
import type { TheirClock } from "./their-clock.ts";

export interface Api2Credentials {
  readonly clientId: string;
  readonly clientSecret: Secret;
}

const EARLY = 5 * MINUTE;
const DEFAULT_LIFE = 1799;
/** What may stand in a header: undici and most servers take no more than 16 KB of them all. */
const TOKEN = /^[\x21-\x7e]{1,15000}$/;

interface Token {
  readonly value: Secret;
  readonly from: number;
  readonly renewAt: number;
}

export class AccessToken {
  readonly #context: SourceContext;
  readonly #credentials: Api2Credentials;
  readonly #url: string;
  readonly #clock: TheirClock;
  #token: Token | undefined;
  #asking: Promise<Token> | undefined;

  constructor(context: SourceContext, credentials: Api2Credentials, baseUrl: string, clock: TheirClock) {
    this.#context = context;
    this.#credentials = credentials;
    this.#clock = clock;
    this.#url = `${baseUrl}/oauth/token`;
  }

  /** A token with time left in it. `refused` is one that was just turned down: it is not given again. */
  async get(signal: AbortSignal, refused?: Secret): Promise<Secret> {
    const now = this.#context.clock.now();
    const token = this.#token;
    // A clock that was set back would make a token look fresh for too long.
    const usable = token !== undefined && now >= token.from && now < token.renewAt && token.value !== refused;
    if (usable) return token.value;
    this.#asking ??= this.#ask(signal).finally(() => {
      this.#asking = undefined;
    });
    this.#token = await this.#asking;
    return this.#token.value;
  }

  #ask(signal: AbortSignal): Promise<Token> {
    const { clientId, clientSecret } = this.#credentials;
    return ask(
      this.#context,
      2,
      signal,
      () => ({
        method: "POST",
        url: this.#url,
        headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
        body: new URLSearchParams({
          grant_type: "client_credentials",
          client_id: clientId,
          client_secret: clientSecret.reveal(),
        }).toString(),
      }),
      async (answer) => {
        this.#clock.observe(answer);
        const bytes = await readSmall(answer);
        if ([400, 401, 403].includes(answer.status)) {
          throw new RefusedError(`Mimecast gave no access token: status ${answer.status}`, {
            code: "credentials_refused",
            remedy:
              "check client id and client secret, and that the application is enabled in Mimecast's console",
          });
        }
        if (answer.status !== 200) {
          throw new TransientError(`Mimecast gave no access token: status ${answer.status}`, {
            code: "answer_refused",
            reason: "refused",
            remedy: "it is tried again; if it stays, check baseUrl",
          });
        }
        return this.#read(bytes);
      },
    );
  }

  #read(bytes: Buffer): Token {
    let parsed: { access_token?: unknown; expires_in?: unknown };
    try {
      parsed = JSON.parse(bytes.toString("utf8"));
    } catch (error) {
      throw unreadable(error);
    }
    const { access_token: token } = parsed ?? {};
    if (typeof token !== "string" || !TOKEN.test(token)) throw unreadable(undefined);
    const life = (Number(parsed.expires_in) || DEFAULT_LIFE) * SECOND;
    const now = this.#context.clock.now();
    return {
      value: Secret.passing(token),
      from: now,
      renewAt: now + life - Math.min(EARLY, life / 5),
    };
  }
}

const unreadable = (cause: unknown): TransientError =>
  new TransientError("Mimecast's answer holds no access token", {
    code: "answer_unreadable",
    reason: "unreadable",
    remedy: "it is tried again; if it stays, check baseUrl",
    cause,
  });

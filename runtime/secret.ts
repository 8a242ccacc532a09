/** A secret: it shows itself only to who asks for it by `reveal`. Every one is known to `scrub`, the last line of defence. */
import { inspect } from "node:util";

const SHOWN = "[secret]";
/** Shorter ones would be found in texts by chance. */
const SHORTEST_SCRUBBED = 6;

const known = new Set<string>();
/** Access tokens come by the dozen a day and account: only the last ones are kept in mind. */
const MOST_PASSING = 500;
const passing: string[] = [];

export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
    remember(value);
  }

  /** One that is good for a while: forgotten when enough others came after it. */
  static passing(value: string): Secret {
    const isNew = !known.has(value);
    const secret = new Secret(value);
    if (isNew) passing.push(value);
    if (passing.length > MOST_PASSING) forget(passing.shift() as string);
    return secret;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}

function remember(value: string): void {
  if (value.length < SHORTEST_SCRUBBED) return;
  for (const form of forms(value)) known.add(form);
}

function forget(value: string): void {
  for (const form of forms(value)) known.delete(form);
}

const forms = (value: string): string[] => [
  value,
  encodeURIComponent(value),
  JSON.stringify(value).slice(1, -1),
];

/** Credentials in headers and the queries of URLs: a presigned URL is a secret by its query. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/(https?:\/\/[^\s"'<>?#]*)[?#][^\s"'<>\\]*/gi, "$1?[secret]"],
  [/(https?:\/\/)[^\s"'<>/@]+@/gi, "$1[secret]@"],
  [/\b(Bearer|MC|Basic)\s+[A-Za-z0-9+/=_.~:-]{8,}/g, "$1 [secret]"],
  [/\b(access_token|client_secret|mc-siem-token)(["']?\s*[=:]\s*["']?)[^\s"'&,}\\]+/gi, "$1$2[secret]"],
];

/** The text without any secret that this process has read, and without what looks like one. */
export function scrub(text: string): string {
  let clean = text;
  for (const value of known) if (clean.includes(value)) clean = clean.replaceAll(value, SHOWN);
  for (const [pattern, replacement] of PATTERNS) clean = clean.replace(pattern, replacement);
  return clean;
}

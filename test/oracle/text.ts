// Small words on text that several files need. Letters are ASCII letters (docs/grammar.md): the built-in toLowerCase
// would make "K" (the Kelvin sign) a letter of "Link".

const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * UTF-8 to text. Each byte that is no part of a valid sequence becomes one U+FFFD (docs/grammar.md, From a host's record
 * to a line), which is more of them than TextDecoder would write.
 */
export function decode(bytes: Uint8Array): string {
  const whole = strictly(bytes);
  if (whole !== undefined) return whole;
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const length = [1, 2, 3, 4].find((count) => strictly(bytes.subarray(at, at + count)) !== undefined);
    text += length === undefined ? "\ufffd" : strictly(bytes.subarray(at, at + length));
    at += length ?? 1;
  }
  return text;
}

function strictly(bytes: Uint8Array): string | undefined {
  try {
    return STRICT.decode(bytes);
  } catch {
    return undefined;
  }
}

export function lower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

export function sameWord(a: string | undefined, b: string): boolean {
  return a !== undefined && lower(a) === lower(b);
}

/** `text` without any of `chars` at its front and, unless told otherwise, at its end. */
export function trim(text: string, chars: string): string {
  return trimEnd(trimStart(text, chars), chars);
}

export function trimStart(text: string, chars: string): string {
  let start = 0;
  while (start < text.length && chars.includes(text.charAt(start))) start++;
  return text.slice(start);
}

export function trimEnd(text: string, chars: string): string {
  let end = text.length;
  while (end > 0 && chars.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

/** Parts between commas that stand outside `"…"`. */
export function splitAtCommas(text: string): string[] {
  const parts = [""];
  let quoted = false;
  for (const char of text) {
    if (char === '"') quoted = !quoted;
    if (char === "," && !quoted) parts.push("");
    else parts[parts.length - 1] += char;
  }
  return parts;
}

export function hasUnevenQuotes(text: string): boolean {
  return text.split('"').length % 2 === 0;
}

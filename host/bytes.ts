/** Bytes and text, by what Node and browsers share. */

const encoder = new TextEncoder();
/** A byte order mark is text like any other. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export const toBytes = (text: string): Uint8Array<ArrayBuffer> => encoder.encode(text);

/** The text, with U+FFFD for what is no valid UTF-8. */
export const toText = (bytes: Uint8Array): string => decoder.decode(bytes);

export function concatenated(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

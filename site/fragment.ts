/** A line in the page's own address, behind `#`: a browser sends that part to no server. */
import { toBytes, toText } from "../host/bytes.ts";

const NAME = "#line=";
/** Longer links are cut by programs on their way. */
const LONGEST = 16_000;

/** The link of a line, U+FFFD in the place of halves of surrogate pairs; undefined if it would be too long. */
export function linkTo(line: string): string | undefined {
  const link = NAME + encodeURIComponent(toText(toBytes(line)));
  return link.length > LONGEST ? undefined : link;
}

/** The line of a fragment, undefined if it has none. Throws URIError if it was cut within a character. */
export function lineOf(fragment: string): string | undefined {
  return fragment.startsWith(NAME) ? decodeURIComponent(fragment.slice(NAME.length)) : undefined;
}

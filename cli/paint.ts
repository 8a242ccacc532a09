/** Lines for a terminal. Every text passes `visible` here, so that no caller can forget it. */
import { visible } from "../runtime/visible.ts";

export type Style = "plain" | "bold" | "dim" | "good" | "bad" | "warning";

/** A piece of a line. */
export interface Piece {
  readonly text: string;
  readonly style: Style;
}

const CODES: Record<Style, string> = {
  plain: "",
  bold: "\x1b[1m",
  dim: "\x1b[2m",
  good: "\x1b[32m",
  bad: "\x1b[31m",
  warning: "\x1b[33m",
};
const RESET = "\x1b[0m";

/** Whether a stream shows colours: on a terminal, unless NO_COLOR (https://no-color.org) forbids them. */
export function showsColours(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && !env.NO_COLOR;
}

export const piece = (text: string, style: Style = "plain"): Piece => ({ text, style });

/** The lines as text, each ended by LF; with colours only if they are wanted. */
export function paint(lines: readonly (readonly Piece[])[], colour: boolean): string {
  return lines.map((line) => `${line.map((part) => painted(part, colour)).join("")}\n`).join("");
}

function painted({ text, style }: Piece, colour: boolean): string {
  const code = colour ? CODES[style] : "";
  return code === "" ? visible(text) : `${code}${visible(text)}${RESET}`;
}

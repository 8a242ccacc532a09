/** What explain says of the rules: which fire, what the others lack. */
import type { Verdict } from "../explain/rules.ts";
import { type Piece, piece } from "./paint.ts";
import { shortened } from "./shortened.ts";

type Line = readonly Piece[];

const LONGEST_NAME = 200;

/** A line for each rule that has something to say of the record; where none fires, only for those of which a part holds. */
export function ruleLines(verdicts: readonly Verdict[]): Line[] {
  const someFire = verdicts.some(({ says }) => says === "fires");
  const lines = verdicts.flatMap((verdict): Line[] => {
    if (verdict.says === "waits") return [];
    if (verdict.says === "lacks" && !someFire && !verdict.isClose) return [];
    return [line(verdict)];
  });
  return someFire ? lines : [[piece("no rule fires")], ...lines];
}

function line({ rule: { id }, says, text }: Verdict): Line {
  if (says === "fires") return [piece(String(id), "good"), piece(` fires: ${shortened(text, LONGEST_NAME)}`)];
  const style = says === "lacks" ? "dim" : "plain";
  return [piece(String(id), style), piece(`: ${text}`, style)];
}

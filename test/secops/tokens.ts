// Words of a YARA-L 2.0 rule or of a search, in the subset that secops/ uses. Anything else is an error: what this does not know,
// no test here can vouch for.

export type Token =
  /** A name, with dots: `metadata.log_type`, `re.regex`, `and`. */
  | { readonly kind: "name"; readonly text: string; readonly at: number }
  /** `$mail` or `#mail`; `$mail.metadata.log_type` is one with its path. */
  | { readonly kind: "variable"; readonly sign: "$" | "#"; readonly text: string; readonly at: number }
  | { readonly kind: "string"; readonly text: string; readonly at: number }
  | { readonly kind: "regex"; readonly text: string; readonly at: number }
  | { readonly kind: "number"; readonly value: number; readonly at: number }
  /** In seconds. */
  | { readonly kind: "duration"; readonly value: number; readonly at: number }
  | { readonly kind: "sign"; readonly text: string; readonly at: number };

export class SyntaxProblem extends Error {
  constructor(message: string, text: string, at: number) {
    const line = text.slice(0, at).split("\n").length;
    super(`line ${line}: ${message}: ${text.slice(at, at + 40).split("\n")[0]}`);
    this.name = "SyntaxProblem";
  }
}

const SECONDS = { m: 60, h: 3600, d: 86_400 } as const;
const NAME = "[A-Za-z_]\\w*(?:\\.[A-Za-z_]\\w*)*";
/** In this order: the first that fits is taken. A slash begins a regular expression where a value may stand. */
const PATTERNS = [
  ["space", /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\//y],
  ["variable", new RegExp(`[$#]${NAME}`, "y")],
  ["duration", /\d+[mhd]\b/y],
  ["number", /\d+\b/y],
  ["name", new RegExp(NAME, "y")],
  ["string", /"(?:[^"\\\n]|\\["\\])*"|`[^`\n]*`/y],
  ["regex", /\/(?:[^/\\\n]|\\[^\n])+\//y],
  ["sign", /!=|<=|>=|[=<>(){}[\],:]/y],
] as const;

export function tokens(text: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  next: while (at < text.length) {
    for (const [kind, pattern] of PATTERNS) {
      pattern.lastIndex = at;
      const match = pattern.exec(text)?.[0];
      if (match === undefined) continue;
      if (kind !== "space") found.push(token(kind, match, at));
      at += match.length;
      continue next;
    }
    throw new SyntaxProblem("not of the subset", text, at);
  }
  return found;
}

function token(kind: Exclude<(typeof PATTERNS)[number][0], "space">, text: string, at: number): Token {
  switch (kind) {
    case "variable":
      return { kind, sign: text.startsWith("$") ? "$" : "#", text: text.slice(1), at };
    case "duration":
      return { kind, value: Number.parseInt(text, 10) * SECONDS[text.at(-1) as keyof typeof SECONDS], at };
    case "number":
      return { kind, value: Number(text), at };
    case "string": {
      const inner = text.slice(1, -1);
      return { kind, text: text.startsWith('"') ? inner.replace(/\\(.)/g, "$1") : inner, at };
    }
    case "regex":
      return { kind, text: text.slice(1, -1).replaceAll("\\/", "/"), at };
    default:
      return { kind, text, at };
  }
}

// Where a parser stands among the words of a text, and what it may ask of the next one.
import { SyntaxProblem, type Token, tokens } from "./tokens.ts";

const SECTIONS: readonly string[] = ["meta", "events", "match", "outcome", "condition", "order", "limit"];

export class Cursor {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokens(text);
  }

  fail(message: string): never {
    throw new SyntaxProblem(message, this.#text, this.#tokens[this.#at]?.at ?? this.#text.length);
  }

  end(): void {
    if (this.#at < this.#tokens.length) this.fail("expected the end");
  }

  word(text: string): void {
    if (!this.takeWord(text)) this.fail(`expected ${text}`);
  }

  takeWord(text: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== "name" || token.text !== text) return false;
    this.#at += 1;
    return true;
  }

  sign(text: string): void {
    if (!this.takeSign(text)) this.fail(`expected ${text}`);
  }

  name(): string {
    return this.take("name", "a name").text;
  }

  string(): string {
    return this.take("string", "a string").text;
  }

  number(): number {
    return this.take("number", "a number").value;
  }

  duration(): number {
    return this.take("duration", "a duration like 5m").value;
  }

  /** A variable without a path. */
  variable(sign: "$" | "#"): string {
    const token = this.take("variable", "a variable");
    if (token.sign !== sign || token.text.includes(".")) this.fail(`expected ${sign}name`);
    return token.text;
  }

  list<T>(one: () => T): T[] {
    const found = [one()];
    while (this.takeSign(",")) found.push(one());
    return found;
  }

  isSection(): boolean {
    const [word, colon] = this.#tokens.slice(this.#at, this.#at + 2);
    return (
      word?.kind === "name" && SECTIONS.includes(word.text) && colon?.kind === "sign" && colon.text === ":"
    );
  }

  takeSection(name: string): boolean {
    if (!this.isSection() || !this.takeWord(name)) return false;
    this.sign(":");
    return true;
  }

  section(name: string): void {
    if (!this.takeSection(name)) this.fail(`expected the section ${name}`);
  }

  advance(): void {
    this.#at += 1;
  }

  get next(): Token | undefined {
    return this.#tokens[this.#at];
  }

  takeSign(text: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== "sign" || token.text !== text) return false;
    this.#at += 1;
    return true;
  }

  take<K extends Token["kind"]>(kind: K, what: string): Extract<Token, { kind: K }> {
    const token = this.#tokens[this.#at];
    if (token?.kind !== kind) this.fail(`expected ${what}`);
    this.#at += 1;
    return token as Extract<Token, { kind: K }>;
  }
}

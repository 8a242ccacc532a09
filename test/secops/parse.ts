// Reads a rule (YARA-L 2.0) or a search of secops/. Strict: sections in their order, nothing that the subset does not have.
import { Cursor } from "./cursor.ts";
import {
  AGGREGATES,
  type Aggregate,
  type Condition,
  type Expression,
  type Field,
  type Operator,
  type Outcome,
  type Rule,
  type Search,
  type Value,
} from "./syntax.ts";

const OPERATORS: readonly string[] = ["=", "!=", "<", "<=", ">", ">="];

export function parseRule(text: string): Rule {
  const reader = new Reader(text);
  reader.word("rule");
  const name = reader.name();
  reader.sign("{");
  const meta = new Map<string, string>();
  reader.section("meta");
  while (!reader.isSection()) {
    const key = reader.name();
    reader.sign("=");
    if (meta.has(key)) reader.fail(`meta has ${key} twice`);
    meta.set(key, reader.string());
  }
  reader.section("events");
  const events = reader.expressions();
  let match: Rule["match"];
  if (reader.takeSection("match")) {
    const placeholders = reader.list(() => reader.variable("$"));
    reader.word("over");
    match = { placeholders, seconds: reader.duration() };
  }
  const outcomes = reader.takeSection("outcome") ? reader.outcomes() : [];
  reader.section("condition");
  const condition = reader.condition();
  reader.sign("}");
  reader.end();
  return { name, meta, events, match, outcomes, condition };
}

export function parseSearch(text: string): Search {
  const reader = new Reader(text);
  const filters = reader.expressions();
  let rows: Search["rows"];
  if (reader.takeSection("match")) {
    const match = reader.list(() => reader.variable("$"));
    const outcomes = reader.takeSection("outcome") ? reader.outcomes() : [];
    let order: { name: string; descending: boolean } | undefined;
    if (reader.takeSection("order")) {
      order = { name: reader.variable("$"), descending: reader.takeWord("desc") };
      if (!order.descending) reader.word("asc");
    }
    const limit = reader.takeSection("limit") ? reader.number() : undefined;
    rows = { match, outcomes, order, limit };
  }
  reader.end();
  return { filters, rows };
}

class Reader extends Cursor {
  /** Up to the next section or the end; all of them must hold. */
  expressions(): Expression[] {
    const found: Expression[] = [];
    while (this.next && !this.isSection()) found.push(this.#either());
    return found;
  }

  outcomes(): Outcome[] {
    const found: Outcome[] = [];
    while (this.next && !this.isSection()) {
      const name = this.variable("$");
      this.sign("=");
      const aggregate = this.name();
      if (!AGGREGATES.includes(aggregate as Aggregate)) this.fail(`${aggregate} is not of the subset`);
      this.sign("(");
      found.push({ name, aggregate: aggregate as Aggregate, of: this.#argument() });
      this.sign(")");
    }
    return found;
  }

  condition(): Condition {
    const parts = [this.#counts()];
    while (this.takeWord("or")) parts.push(this.#counts());
    return parts.length === 1 ? (parts[0] as Condition) : { kind: "or", parts };
  }

  #counts(): Condition {
    const parts = [this.#count()];
    while (this.takeWord("and")) parts.push(this.#count());
    return parts.length === 1 ? (parts[0] as Condition) : { kind: "and", parts };
  }

  #count(): Condition {
    const { sign, text: name } = this.take("variable", "a variable");
    if (name.includes(".")) this.fail("expected a variable");
    const operator = this.#operator();
    if (operator === undefined && sign === "#") this.fail("expected a number to compare with");
    if (operator === undefined) return { kind: "number", sign: "#", name, operator: ">", number: 0 };
    return { kind: "number", sign, name, operator, number: this.number() };
  }

  #argument(): Outcome["of"] {
    const token = this.next;
    if (token?.kind === "number") return { number: this.number() };
    if (token?.kind === "variable" && !token.text.includes(".")) return { placeholder: this.variable("$") };
    return this.#field();
  }

  #either(): Expression {
    const parts = [this.#all()];
    while (this.takeWord("or")) parts.push(this.#all());
    return parts.length === 1 ? (parts[0] as Expression) : { kind: "or", parts };
  }

  #all(): Expression {
    const parts = [this.#one()];
    while (this.takeWord("and")) parts.push(this.#one());
    return parts.length === 1 ? (parts[0] as Expression) : { kind: "and", parts };
  }

  #one(): Expression {
    if (this.takeWord("not")) return { kind: "not", part: this.#one() };
    if (this.takeSign("(")) {
      const inner = this.#either();
      this.sign(")");
      return inner;
    }
    if (this.takeWord("re.regex")) {
      this.sign("(");
      const field = this.#field();
      this.sign(",");
      const value: Value = { kind: "regex", source: this.string() };
      this.sign(")");
      return { kind: "compare", field, any: false, operator: "=", value, nocase: this.takeWord("nocase") };
    }
    const first = this.next;
    if (first?.kind === "variable" && !first.text.includes(".")) {
      const placeholder = this.variable("$");
      this.sign("=");
      return { kind: "assign", placeholder, field: this.#field() };
    }
    const any = this.takeWord("any");
    const field = this.#field();
    const operator = this.#operator() ?? this.fail("expected an operator");
    const next = this.next;
    if (next?.kind === "variable") {
      if (any) this.fail("any cannot join");
      if (next.text.includes(".")) return { kind: "relate", left: field, operator, right: this.#field() };
      if (operator !== "=") this.fail("a placeholder is declared with =");
      return { kind: "assign", placeholder: this.variable("$"), field };
    }
    const value = this.#value();
    return { kind: "compare", field, any, operator, value, nocase: this.takeWord("nocase") };
  }

  #value(): Value {
    const token = this.next;
    if (token?.kind === "string") return { kind: "text", text: this.string() };
    if (token?.kind === "regex") return { kind: "regex", source: this.take("regex", "").text };
    if (token?.kind === "number") return { kind: "number", number: this.number() };
    if (this.takeWord("true")) return { kind: "boolean", boolean: true };
    if (this.takeWord("false")) return { kind: "boolean", boolean: false };
    return this.fail("expected a value");
  }

  #field(): Field {
    const token = this.next;
    if (token?.kind !== "name" && token?.kind !== "variable") this.fail("expected a field");
    this.advance();
    const text = token.kind === "name" ? token.text : token.text.replace(/^\w+\./, "");
    const variable = token.kind === "name" ? undefined : token.text.replace(/\..*/, "");
    let key: string | undefined;
    if (this.takeSign("[")) {
      key = this.string();
      this.sign("]");
    }
    return { variable, path: text, key };
  }

  #operator(): Operator | undefined {
    const token = this.next;
    if (token?.kind !== "sign" || !OPERATORS.includes(token.text)) return undefined;
    this.advance();
    return token.text as Operator;
  }
}

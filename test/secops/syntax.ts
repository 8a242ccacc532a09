// What a rule or a search says, as data.

/** `$mail.security_result.detection_fields["aCode"]`; a search has no variable. */
export interface Field {
  readonly variable: string | undefined;
  readonly path: string;
  readonly key: string | undefined;
}

export type Value =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "regex"; readonly source: string }
  | { readonly kind: "number"; readonly number: number }
  | { readonly kind: "boolean"; readonly boolean: boolean };

export type Operator = "=" | "!=" | "<" | "<=" | ">" | ">=";

export type Expression =
  | { readonly kind: "and" | "or"; readonly parts: readonly Expression[] }
  | { readonly kind: "not"; readonly part: Expression }
  | {
      readonly kind: "compare";
      readonly field: Field;
      /** `any $mail.…`: some element of the list, whichever the other conditions are about. */
      readonly any: boolean;
      readonly operator: Operator;
      readonly value: Value;
      readonly nocase: boolean;
    }
  /** `$sender = $mail.network.email.from`: declares a placeholder. */
  | { readonly kind: "assign"; readonly placeholder: string; readonly field: Field }
  /** `$a.… < $b.…`: compares two events. */
  | { readonly kind: "relate"; readonly left: Field; readonly operator: Operator; readonly right: Field };

export const AGGREGATES = ["array_distinct", "count", "count_distinct", "max"] as const;
export type Aggregate = (typeof AGGREGATES)[number];

export interface Outcome {
  readonly name: string;
  readonly aggregate: Aggregate;
  readonly of: Field | { readonly placeholder: string } | { readonly number: number };
}

/** `$mail` is `#mail > 0`; `$name` may also be an outcome. */
export interface Count {
  readonly kind: "number";
  readonly sign: "$" | "#";
  readonly name: string;
  readonly operator: Operator;
  readonly number: number;
}

export type Condition = { readonly kind: "and" | "or"; readonly parts: readonly Condition[] } | Count;

export interface Rule {
  readonly name: string;
  readonly meta: ReadonlyMap<string, string>;
  readonly events: readonly Expression[];
  /** Undefined for a rule about one event. */
  readonly match: { readonly placeholders: readonly string[]; readonly seconds: number } | undefined;
  readonly outcomes: readonly Outcome[];
  readonly condition: Condition;
}

export interface Search {
  readonly filters: readonly Expression[];
  /** Undefined where the search gives events, not rows. */
  readonly rows:
    | {
        readonly match: readonly string[];
        readonly outcomes: readonly Outcome[];
        readonly order: { readonly name: string; readonly descending: boolean } | undefined;
        readonly limit: number | undefined;
      }
    | undefined;
}

/** All fields that an expression names. */
export function fieldsOf(expression: Expression): Field[] {
  switch (expression.kind) {
    case "and":
    case "or":
      return expression.parts.flatMap(fieldsOf);
    case "not":
      return fieldsOf(expression.part);
    case "relate":
      return [expression.left, expression.right];
    default:
      return [expression.field];
  }
}

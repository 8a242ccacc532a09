// Whether one condition of a rule or a search is true of events.
import type { Expression, Field, Operator, Value } from "./syntax.ts";
import { type Copy, type Event, read, type Scalar } from "./udm.ts";

/** The event that a variable stands for; its copy, or undefined for all of it. */
export type Place = (variable: string) => [Event, Copy | undefined];

export function isTrue(expression: Expression, place: Place): boolean {
  switch (expression.kind) {
    case "and":
      return expression.parts.every((part) => isTrue(part, place));
    case "or":
      return expression.parts.some((part) => isTrue(part, place));
    case "not":
      return !isTrue(expression.part, place);
    case "assign":
      return true;
    case "relate": {
      const [left, right] = [expression.left, expression.right].map(
        (field) => read(...asked(field, place))[0] as Scalar,
      );
      return compared(left as Scalar, expression.operator, right as Scalar);
    }
    case "compare": {
      const [event, field, copy] = asked(expression.field, place);
      const values = read(event, field, expression.any ? undefined : copy);
      return values.some((value) => fits(value, expression.operator, expression.value, expression.nocase));
    }
  }
}

function asked(field: Field, place: Place): [Event, Field, Copy | undefined] {
  const [event, copy] = place(field.variable ?? "");
  return [event, field, copy];
}

function fits(value: Scalar, operator: Operator, wanted: Value, nocase: boolean): boolean {
  if (wanted.kind === "regex") {
    const isFound = new RegExp(wanted.source, nocase ? "iu" : "u").test(String(value));
    return operator === "=" ? isFound : !isFound;
  }
  if (wanted.kind === "number") return compared(Number(value), operator, wanted.number);
  if (wanted.kind === "boolean") return compared(value, operator, wanted.boolean);
  const fold = (text: string): string => (nocase ? text.toLowerCase() : text);
  return compared(fold(String(value)), operator, fold(wanted.text));
}

export function compared(left: Scalar, operator: Operator, right: Scalar): boolean {
  switch (operator) {
    case "=":
      return left === right;
    case "!=":
      return left !== right;
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    case ">":
      return left > right;
    case ">=":
      return left >= right;
  }
}

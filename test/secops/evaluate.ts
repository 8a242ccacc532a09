// Whether a rule detects something in a list of events, and what a search finds in it, by the meaning that Google documents for
// YARA-L 2.0 and UDM search; secops/README.md has the sources, and what this cannot know of the real engine.
import type { Condition, Expression, Field, Outcome, Rule, Search } from "./syntax.ts";
import { fieldsOf } from "./syntax.ts";
import { compared, isTrue } from "./truth.ts";
import { type Copy, copies, type Event, kindOf, read, type Scalar } from "./udm.ts";

/** A copy of an event that a variable stands for. */
interface Row {
  /** Which of the events. */
  readonly event: number;
  readonly copy: Copy;
  readonly seconds: number;
}

/** One row for each event variable, and the values of the placeholders. */
interface Match {
  readonly rows: ReadonlyMap<string, Row>;
  readonly placeholders: ReadonlyMap<string, Scalar>;
}

const TIME: Field = { variable: undefined, path: "metadata.event_timestamp.seconds", key: undefined };

/** The values of the match variables of each detection; `[[]]` for one of a rule without. */
export function detections(rule: Rule, events: readonly Event[]): Scalar[][] {
  const matches = matchesOf(rule, events);
  if (rule.match === undefined) return matches.filter((match) => holds(rule, [match], events)).map(() => []);
  const { placeholders, seconds } = rule.match;
  const groups = new Map<string, Match[]>();
  for (const match of matches) {
    const values = placeholders.map((name) => match.placeholders.get(name) as Scalar);
    if (values.some((value) => value === "" || value === 0 || value === false)) continue;
    const key = JSON.stringify(values);
    groups.set(key, [...(groups.get(key) ?? []), match]);
  }
  const found: Scalar[][] = [];
  for (const [key, group] of groups) {
    const timesOf = ({ rows }: Match): number[] => [...rows.values()].map((row) => row.seconds);
    // Any span of that length: the engine's overlapping windows are some of them.
    const isDetected = [...new Set(group.flatMap(timesOf))].some((start) => {
      const within = group.filter((match) =>
        timesOf(match).every((time) => time >= start && time - start <= seconds),
      );
      return within.length > 0 && holds(rule, within, events);
    });
    if (isDetected) found.push(JSON.parse(key) as Scalar[]);
  }
  return found;
}

/** The names of a rule's event variables. */
export const variablesOf = ({ events }: Rule): string[] => [
  ...new Set(events.flatMap(fieldsOf).map(({ variable }) => variable as string)),
];

function matchesOf(rule: Rule, events: readonly Event[]): Match[] {
  let found: Match[] = [{ rows: new Map(), placeholders: new Map() }];
  const known = new Set<string>();
  for (const variable of variablesOf(rule)) {
    known.add(variable);
    const own = rule.events.filter((one) => fieldsOf(one).every((field) => field.variable === variable));
    const related = rule.events.filter(
      (one) =>
        one.kind === "relate" &&
        !own.includes(one) &&
        fieldsOf(one).every((f) => known.has(f.variable as string)),
    );
    const rows = rowsOf(variable, rule, events).filter((row) =>
      own.every((one) => isTrue(one, () => [events[row.event] as Event, row.copy])),
    );
    found = found.flatMap((match) =>
      rows.flatMap((row) => {
        const joined = withPlaceholders(match, variable, row, own, events[row.event] as Event);
        if (joined === undefined) return [];
        const place = (name: string): [Event, Copy] => {
          const { event, copy } = joined.rows.get(name) as Row;
          return [events[event] as Event, copy];
        };
        return related.every((one) => isTrue(one, place)) ? [joined] : [];
      }),
    );
  }
  return found;
}

/** The copies of all events, by the lists that the rule asks of this variable without `any`. */
function rowsOf(variable: string, rule: Rule, events: readonly Event[]): Row[] {
  const fields = [...rule.events.flatMap(copied), ...rule.outcomes.flatMap(fieldOf)];
  const lists = listsOf(fields.filter((field) => field.variable === variable));
  return events.flatMap((event, index) =>
    copies(event, lists).map((copy) => ({
      event: index,
      copy,
      seconds: read(event, TIME, copy)[0] as number,
    })),
  );
}

const fieldOf = ({ of }: Outcome): Field[] => ("path" in of ? [of] : []);

function copied(expression: Expression): Field[] {
  if (expression.kind === "and" || expression.kind === "or") return expression.parts.flatMap(copied);
  if (expression.kind === "not") return copied(expression.part);
  return expression.kind === "compare" && expression.any ? [] : fieldsOf(expression);
}

/** Outer lists before inner ones. A map access makes no copies. */
const listsOf = (fields: readonly Field[]): Set<string> =>
  new Set(fields.flatMap(({ path, key }) => (key === undefined ? (kindOf(path)?.lists ?? []) : [])).sort());

/** Undefined where a placeholder has another value already. */
function withPlaceholders(
  match: Match,
  variable: string,
  row: Row,
  own: readonly Expression[],
  event: Event,
): Match | undefined {
  const placeholders = new Map(match.placeholders);
  for (const one of own) {
    if (one.kind !== "assign") continue;
    const value = read(event, one.field, row.copy)[0] as Scalar;
    if ((placeholders.get(one.placeholder) ?? value) !== value) return undefined;
    placeholders.set(one.placeholder, value);
  }
  return { rows: new Map([...match.rows, [variable, row]]), placeholders };
}

function holds(rule: Rule, matches: readonly Match[], events: readonly Event[]): boolean {
  const numberOf = (sign: string, name: string): number => {
    const outcome = rule.outcomes.find((one) => one.name === name);
    if (sign === "$" && outcome) return aggregated(outcome, matches, events);
    const rows = matches.flatMap(({ rows }) => rows.get(name)?.event ?? []);
    const values = matches.flatMap(({ placeholders }) => placeholders.get(name) ?? []);
    return new Set<Scalar>([...rows, ...values]).size;
  };
  const isMet = (condition: Condition): boolean => {
    if (condition.kind === "number")
      return compared(numberOf(condition.sign, condition.name), condition.operator, condition.number);
    return condition.kind === "and" ? condition.parts.every(isMet) : condition.parts.some(isMet);
  };
  return isMet(rule.condition);
}

function aggregated({ aggregate, of }: Outcome, matches: readonly Match[], events: readonly Event[]): number {
  const values = matches.flatMap(({ rows, placeholders }): Scalar[] => {
    if ("number" in of) return [of.number];
    if ("placeholder" in of) return [placeholders.get(of.placeholder) as Scalar];
    const row = rows.get(of.variable ?? "") as Row;
    return read(events[row.event] as Event, of, row.copy);
  });
  if (aggregate === "max") return Math.max(...values.map(Number));
  return aggregate === "count" ? values.length : new Set(values).size;
}

/** Whether a search finds an event: each condition is asked of any element. */
export const isFound = ({ filters }: Search, event: Event): boolean =>
  filters.every((one) => isTrue(one, () => [event, undefined]));

/** The rows of a search with a `match`: values of its variables, then of its outcomes. */
export function rowsFound(search: Search, events: readonly Event[]): Scalar[][] {
  if (search.rows === undefined) throw new Error("the search gives events, not rows");
  const { match, outcomes, order, limit } = search.rows;
  const assigned = search.filters.filter((one) => one.kind === "assign");
  const lists = listsOf([...assigned.map(({ field }) => field), ...outcomes.flatMap(fieldOf)]);
  const groups = new Map<string, Match[]>();
  for (const [index, event] of events.entries()) {
    if (!isFound(search, event)) continue;
    for (const copy of copies(event, lists)) {
      const placeholders = new Map(
        assigned.map(({ placeholder, field }) => [placeholder, read(event, field, copy)[0] as Scalar]),
      );
      const values = match.map((name) => placeholders.get(name) as Scalar);
      if (values.includes("")) continue;
      const key = JSON.stringify(values);
      const row = { event: index, copy, seconds: 0 };
      groups.set(key, [...(groups.get(key) ?? []), { rows: new Map([["", row]]), placeholders }]);
    }
  }
  const found = [...groups].map(([key, group]) => [
    ...(JSON.parse(key) as Scalar[]),
    ...outcomes.map((outcome) => aggregated(outcome, group, events)),
  ]);
  if (order) {
    const column = [...match, ...outcomes.map(({ name }) => name)].indexOf(order.name);
    const sign = order.descending ? -1 : 1;
    found.sort((a, b) => (compared(a[column] as Scalar, "<", b[column] as Scalar) ? -sign : sign));
  }
  return found.slice(0, limit);
}

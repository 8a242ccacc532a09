// What is wrong with a rule or a search before any event is seen: fields that our events do not have, values that a field never has,
// and what the language does not allow. Each sentence is one fault.
import type { Description } from "../../host/explain.ts";
import { variablesOf } from "./evaluate.ts";
import type { Condition, Expression, Field, Outcome, Rule, Search } from "./syntax.ts";
import { fieldsOf } from "./syntax.ts";
import { describedPaths, kindOf, logTypes } from "./udm.ts";

const META = ["author", "description", "severity", "priority", "technique", "false_positives"];
const LEVELS = ["Info", "Low", "Medium", "High", "Critical"];
/** Google: at least a minute, at most 48 hours. */
const MATCH_SECONDS = [60, 48 * 3600] as const;
const MOST_OUTCOMES = 20;
/** What RE2 does not have. */
const NOT_RE2 = /\(\?[=!<]|\\[1-9]/;

export function faultsOfRule(rule: Rule, description: Description): string[] {
  const variables = variablesOf(rule);
  const assigned = assignments(rule.events);
  const counted = countedIn(rule.condition);
  const faults = [
    ...rule.events.flatMap((one) => faultsOf(one, description)),
    ...rule.outcomes.flatMap((outcome) => faultsOfOutcome(outcome, [...assigned.keys()], description)),
    ...META.filter((key) => !rule.meta.get(key)).map((key) => `meta has no ${key}`),
    ...variables
      .filter((name) => !counted.has(name))
      .map((name) => `the condition does not ask for $${name}`),
    ...[...counted]
      .filter(
        (name) => ![...variables, ...assigned.keys(), ...rule.outcomes.map((one) => one.name)].includes(name),
      )
      .map((name) => `the condition asks for ${name}, which is nothing`),
    ...fieldsOfAll(rule).flatMap(({ variable, path }) =>
      variable === undefined || !variables.includes(variable) ? [`${path} belongs to no event variable`] : [],
    ),
  ];
  for (const key of ["severity", "priority"])
    if (!LEVELS.includes(rule.meta.get(key) ?? ""))
      faults.push(`meta's ${key} is none of ${LEVELS.join(", ")}`);
  if (!/^T\d{4}(\.\d{3})?$/.test(rule.meta.get("technique") ?? ""))
    faults.push("meta's technique is no technique");
  if (rule.outcomes.length > MOST_OUTCOMES) faults.push(`more than ${MOST_OUTCOMES} outcomes`);
  if (!rule.outcomes.some(({ name }) => name === "risk_score")) faults.push("there is no $risk_score");
  if (rule.match === undefined && variables.length > 1) faults.push("several events, and no match");
  for (const name of rule.match?.placeholders ?? [])
    if (!assigned.has(name)) faults.push(`$${name} is matched and not declared`);
  const seconds = rule.match?.seconds ?? MATCH_SECONDS[0];
  if (seconds < MATCH_SECONDS[0] || seconds > MATCH_SECONDS[1]) faults.push("the window is not of 1m to 48h");
  if (variables.length > 1 && hasOr(rule.condition)) faults.push("or in the condition of several events");
  if (!areJoined(variables, rule.events)) faults.push("the events are not joined with each other");
  return faults;
}

export function faultsOfSearch({ filters, rows }: Search, description: Description): string[] {
  const assigned = [...assignments(filters).keys()];
  const faults = [
    ...filters.flatMap((one) => faultsOf(one, description)),
    ...(rows?.outcomes ?? []).flatMap((outcome) => faultsOfOutcome(outcome, assigned, description)),
    ...filters.flatMap(fieldsOf).flatMap(({ variable }) => (variable ? [`$${variable} in a search`] : [])),
  ];
  const names = [...(rows?.match ?? []), ...(rows?.outcomes ?? []).map(({ name }) => name)];
  for (const name of rows?.match ?? []) if (!assigned.includes(name)) faults.push(`$${name} is not declared`);
  if (rows?.order && !names.includes(rows.order.name))
    faults.push(`$${rows.order.name} orders, and is nothing`);
  return faults;
}

const fieldsOfAll = ({ events, outcomes }: Rule): Field[] => [
  ...events.flatMap(fieldsOf),
  ...outcomes.flatMap(({ of }) => ("path" in of ? [of] : [])),
];

function assignments(expressions: readonly Expression[]): Map<string, Field[]> {
  const found = new Map<string, Field[]>();
  for (const one of expressions)
    if (one.kind === "assign") found.set(one.placeholder, [...(found.get(one.placeholder) ?? []), one.field]);
  return found;
}

function countedIn(condition: Condition): Set<string> {
  if (condition.kind !== "number") return new Set(condition.parts.flatMap((part) => [...countedIn(part)]));
  return new Set([condition.name]);
}

const hasOr = (condition: Condition): boolean =>
  condition.kind === "or" || (condition.kind === "and" && condition.parts.some(hasOr));

/** By placeholders, or by fields that are equal. */
function areJoined(variables: readonly string[], events: readonly Expression[]): boolean {
  const groups = [...assignments(events).values()].map((fields) => fields.map(({ variable }) => variable));
  for (const one of events)
    if (one.kind === "relate" && one.operator === "=") groups.push([one.left.variable, one.right.variable]);
  const reached = new Set<string | undefined>(variables.slice(0, 1));
  for (const _ of variables)
    for (const group of groups)
      if (group.some((name) => reached.has(name))) for (const name of group) reached.add(name);
  return variables.every((name) => reached.has(name));
}

function faultsOfOutcome(
  { name, of }: Outcome,
  placeholders: readonly string[],
  description: Description,
): string[] {
  if ("path" in of) return faultsOfField(of, description);
  if ("placeholder" in of && !placeholders.includes(of.placeholder))
    return [`$${name} is made of $${of.placeholder}, which is nothing`];
  return [];
}

function faultsOf(expression: Expression, description: Description): string[] {
  switch (expression.kind) {
    case "and":
    case "or":
      return expression.parts.flatMap((part) => [
        ...faultsOf(part, description),
        ...(part.kind === "assign" ? [`$${part.placeholder} is declared within ${expression.kind}`] : []),
      ]);
    case "not":
      return [
        ...faultsOf(expression.part, description),
        ...fieldsOf(expression.part).flatMap(({ path, key }) =>
          key === undefined && kindOf(path)?.lists.length ? [`not, of the list ${path}`] : [],
        ),
      ];
    case "compare":
      return [...faultsOfField(expression.field, description), ...faultsOfComparison(expression)];
    default:
      return fieldsOf(expression).flatMap((field) => faultsOfField(field, description));
  }
}

function faultsOfField({ path, key }: Field, { fields, rows, rules }: Description): string[] {
  const kind = kindOf(path);
  if (kind === undefined) return [`our events have no ${path}`];
  const described = describedPaths({ rows, rules } as Description);
  const list = path.replace(/\.techniques\..*$/, "");
  if (!described.has(path) && !described.has(list)) return [`the module does not say that it writes ${path}`];
  if ((kind.type === "map") !== (key !== undefined))
    return [`${path} is ${key ? "no map" : "a map without a key"}`];
  if (key === undefined) return [];
  if (path !== "additional.fields") return kind.words.includes(key) ? [] : [`${path} never has ${key}`];
  const names = fields.flatMap((field) => field.names);
  const isKnown =
    key === "mimecast_log_type" || key === "unparsed" || names.includes(key as (typeof names)[number]);
  return isKnown ? [] : [`additional has ${key} of no line`];
}

function faultsOfComparison({
  field,
  any,
  operator,
  value,
  nocase,
}: Expression & { kind: "compare" }): string[] {
  const { path, key } = field;
  const kind = kindOf(path);
  if (kind === undefined) return [];
  const what = key === undefined ? path : `${path}["${key}"]`;
  const faults: string[] = [];
  const isList = key === undefined && kind.lists.length > 0;
  if (any && !isList) faults.push(`any of ${what}, which is no list`);
  if (isList && operator !== "=" && !(operator === "!=" && value.kind === "text" && value.text === ""))
    faults.push(`${operator} of the list ${what}: some other element may fit`);
  const wanted = kind.type === "boolean" || kind.type === "number" ? kind.type : "text";
  if ((value.kind === "regex" ? "text" : value.kind) !== wanted) faults.push(`${what} is no ${value.kind}`);
  if (kind.type === "enumeration" && (value.kind === "regex" || nocase))
    faults.push(`${what} is an enumeration: neither regular expressions nor nocase`);
  const words = key === undefined ? kind.words : key === "mimecast_log_type" ? logTypes() : [];
  if (words.length > 0 && value.kind === "text" && !["", ...words].includes(value.text))
    faults.push(`${what} is never ${value.text}`);
  if (value.kind === "regex") {
    if (NOT_RE2.test(value.source)) faults.push(`RE2 does not have all of /${value.source}/`);
    try {
      new RegExp(value.source, "u");
    } catch {
      faults.push(`/${value.source}/ is no regular expression`);
    }
  }
  return faults;
}

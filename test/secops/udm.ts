// Which UDM paths our events have, of which kind they are, and how a rule or search reads them.
//
// Facts of the language are Google's: an expression on a repeated field is asked of a copy of the event for each element, and of a
// message in it all members of one copy are those of one element; a map access gives the first value of its key, wherever it
// stands in the event; what is absent has the zero value of its kind. secops/README.md has the sources.
import { readFileSync } from "node:fs";
import type { Description } from "../../host/explain.ts";
import type { Field } from "./syntax.ts";

/** As much of test/schema/event.schema.json as is asked for. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly const?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema | readonly Schema[];
  readonly additionalItems?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly definitions?: Readonly<Record<string, Schema>>;
}

export interface PathKind {
  readonly type: "text" | "enumeration" | "number" | "boolean" | "map";
  /** Paths on the way, itself included, that are lists. */
  readonly lists: readonly string[];
  /** Of an enumeration or of text that is one of a few words, what we write of it. Of a list of labels, their keys. */
  readonly words: readonly string[];
}

const root = JSON.parse(readFileSync("test/schema/event.schema.json", "utf8")) as Schema;
/** UDM's enumerations among the paths we write (Google's UDM field list); other fixed words of the schema are text. */
const ENUMERATIONS = new Set([
  "metadata.event_type",
  "network.direction",
  "network.application_protocol",
  "security_result.action",
  "security_result.category",
  "security_result.severity",
  "security_result.alert_state",
]);
/** What SecOps makes of a time, as Google's own rules compare it. */
const SECONDS = "metadata.event_timestamp.seconds";
const ADDITIONAL = "additional.fields";

/** Members of our own schema's nodes for a path; empty if there is none. */
function nodes(path: string, lists: string[]): Schema[] {
  let found = [root];
  let walked = "";
  for (const name of path.split(".")) {
    walked = walked === "" ? name : `${walked}.${name}`;
    found = found.flatMap((node) => node.properties?.[name] ?? []).map(resolved);
    if (found.some(({ type }) => type === "array")) lists.push(walked);
    found = found.flatMap(elements);
  }
  return found;
}

const resolved = (node: Schema): Schema =>
  node.$ref === undefined ? node : (root.definitions?.[node.$ref.replace("#/definitions/", "")] as Schema);

function elements(node: Schema): Schema[] {
  if (node.type !== "array") return [node];
  const items = [node.items ?? [], node.additionalItems ?? []].flat() as Schema[];
  return items.map(resolved).flatMap((item) => item.oneOf ?? item);
}

/** Undefined where no event of ours has such a path. */
export function kindOf(path: string): PathKind | undefined {
  if (path === SECONDS) return { type: "number", lists: [], words: [] };
  if (path === ADDITIONAL) return { type: "map", lists: [], words: [] };
  // UDM's `additional` is a Struct: what our events have in it is read through `fields`.
  if (path.startsWith("additional")) return undefined;
  const lists: string[] = [];
  const found = nodes(path, lists);
  if (found.length === 0) return undefined;
  const keys = found.flatMap(({ properties }) => properties?.key?.enum ?? []);
  if (keys.length > 0) return { type: "map", lists, words: keys };
  if (found.some(({ properties }) => properties !== undefined)) return undefined;
  const words = found.flatMap((node) => node.enum ?? node.const ?? []);
  if (ENUMERATIONS.has(path)) return { type: "enumeration", lists, words };
  if (found.some(({ type }) => type === "boolean")) return { type: "boolean", lists, words: [] };
  const isFixed = found.every((node) => (node.enum ?? node.const) !== undefined);
  return { type: "text", lists, words: isFixed ? words : [] };
}

/** What `additional.fields["mimecast_log_type"]` may be. */
export const logTypes = (): readonly string[] =>
  root.properties?.additional?.properties?.mimecast_log_type?.enum ?? [];

/** Paths that the module says it writes, without `[]`, and those of the entry of a rule that fires. */
export function describedPaths({ rows, rules }: Description): Set<string> {
  const paths = new Set(rows.map(({ udm }) => udm.replaceAll("[]", "")));
  const ruleMembers = Object.keys(root.definitions?.rule?.properties ?? {});
  if (rules.length > 0) for (const name of ruleMembers) paths.add(`security_result.${name}`);
  for (const path of ["id", "name", "subtechnique_id", "subtechnique_name"])
    paths.add(`security_result.attack_details.techniques.${path}`);
  return paths.add(SECONDS).add(ADDITIONAL);
}

export type Event = Readonly<Record<string, unknown>>;
export type Scalar = string | number | boolean;

/** Which element of each list a copy of the event stands for; -1 where the list is empty. */
export type Copy = ReadonlyMap<string, number>;

const member = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;

/** What stands at a path: all of it, or with a copy that of the copy. */
function at(event: Event, path: string, copy: Copy | undefined): unknown[] {
  let found: unknown[] = [event];
  let walked = "";
  for (const name of path.split(".")) {
    walked = walked === "" ? name : `${walked}.${name}`;
    const index = copy?.get(walked);
    found = found.map((value) => member(value, name)).filter((value) => value !== undefined);
    if (index !== undefined) found = found.flatMap((value) => (value as unknown[])[index] ?? []);
    else found = found.flat();
  }
  return found;
}

/** The copies of an event that differ in elements of these lists, given with outer ones before inner ones. */
export function copies(event: Event, lists: Iterable<string>): Copy[] {
  let found: Copy[] = [new Map()];
  for (const list of lists) {
    found = found.flatMap((copy) => {
      const count = at(event, list, copy).length;
      const indexes = count === 0 ? [-1] : Array.from({ length: count }, (_, index) => index);
      return indexes.map((index) => new Map([...copy, [list, index]]));
    });
  }
  return found;
}

/** What a field has in a copy; without a copy, in any of its elements. Never empty: there is always a zero value. */
export function read(event: Event, { path, key }: Field, copy: Copy | undefined): Scalar[] {
  if (path === SECONDS)
    return [Math.floor(Date.parse(at(event, "metadata.event_timestamp", copy)[0] as string) / 1000)];
  if (key !== undefined) return [mapValue(event, path, key)];
  const found = at(event, path, copy) as Scalar[];
  return found.length > 0 ? found : [kindOf(path)?.type === "boolean" ? false : ""];
}

function mapValue(event: Event, path: string, key: string): string {
  if (path === ADDITIONAL) return (member(event.additional, key) as string | undefined) ?? "";
  const labels = at(event, path, undefined) as { key: string; value: string }[];
  return labels.find((label) => label.key === key)?.value ?? "";
}

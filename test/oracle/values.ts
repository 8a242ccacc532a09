// One function for each kind of value of docs/event.md, Values. Each answers undefined where the text is no
// such value.

import { JsonError, type JsonMember, type JsonNode, parseJson } from "./json.ts";
import { hasUnevenQuotes, splitAtCommas, trim } from "./text.ts";

/** What the host says the time is. */
export interface HostTime {
  sec: number;
  nsec: number;
}

const LATEST_MILLISECOND = 253402300799999;
const LARGEST_UNSIGNED = 18446744073709551615n;
const DATE = "([0-9]{4})-([0-9]{2})-([0-9]{2})";
const CLOCK = "([0-9]{2}): ?([0-9]{2}):([0-9]{2})(\\.[0-9]{1,9})?";
const ZONE = "(?:Z|([+-])([0-9]{2}):?([0-9]{2}))?";
const DATETIME = new RegExp(`^${DATE}T${CLOCK}${ZONE}$`);

export function timestamp(text: string): string | undefined {
  if (/^[0-9]{1,15}$/.test(text) && Number(text) <= LATEST_MILLISECOND)
    return new Date(Number(text)).toISOString();
  const found = DATETIME.exec(text);
  if (!found) return undefined;
  const [
    ,
    year = "",
    month = "",
    day = "",
    hour = "",
    minute = "",
    second = "",
    fraction = "",
    sign,
    ...offset
  ] = found;
  const [offsetHour = "0", offsetMinute = "0"] = offset;
  if (Number(year) < 1 || Number(day) < 1 || Number(day) > daysIn(Number(year), Number(month)))
    return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  if (Number(offsetHour) > 23 || Number(offsetMinute) > 59) return undefined;
  const zone = sign === undefined ? "Z" : `${sign}${offsetHour}:${offsetMinute}`;
  return `${year}-${month}-${day}T${hour}:${minute}:${second}${fraction}${zone}`;
}

export function hostTimestamp(time: HostTime): string {
  const whole = new Date(time.sec * 1000).toISOString().slice(0, "yyyy-MM-ddTHH:mm:ss".length);
  const nanoseconds = String(time.nsec).padStart(9, "0");
  const decimals = [0, 3, 6, 9].find((count) => /^0*$/.test(nanoseconds.slice(count))) ?? 9;
  return decimals === 0 ? `${whole}Z` : `${whole}.${nanoseconds.slice(0, decimals)}Z`;
}

/** 0 for a month that does not exist. */
function daysIn(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
}

export function address(text: string): string | undefined {
  let inner = trim(text, " \t");
  if (inner.endsWith(">") && inner.includes("<")) inner = inner.slice(inner.lastIndexOf("<") + 1, -1);
  if ([...inner].some((char) => char < "!" || char === "\x7f" || char === "<" || char === ">"))
    return undefined;
  if (hasUnevenQuotes(inner)) return undefined;
  let quoted = false;
  const ats: number[] = [];
  for (let i = 0; i < inner.length; i++) {
    if (inner.charAt(i) === '"') quoted = !quoted;
    if (inner.charAt(i) === "@" && !quoted) ats.push(i);
  }
  const [at] = ats;
  const valid = ats.length === 1 && at !== undefined && at > 0 && at < inner.length - 1;
  return valid ? inner : undefined;
}

/**
 * The valid addresses of a list, and whether every part of it is an address by itself, without a name beside
 * it.
 */
export function addresses(text: string | undefined): { valid: string[]; pure: boolean } {
  const parts = text === undefined ? [] : splitAtCommas(text);
  return {
    valid: parts.flatMap((part) => address(part) ?? []),
    pure: parts.every((part) => address(part) === trim(part, " \t")),
  };
}

/** 64 bits, which a double does not hold: hence a decimal string in the event. */
export function unsigned(text: string | undefined): string | undefined {
  if (text === undefined || !/^(?:0|[1-9][0-9]*)$/.test(text)) return undefined;
  return BigInt(text) <= LARGEST_UNSIGNED ? text : undefined;
}

export function ipAddress(text: string | undefined): string | undefined {
  return text !== undefined && (isIPv4(text) || isIPv6(text)) ? text : undefined;
}

function isIPv4(text: string): boolean {
  const parts = text.split(".");
  return (
    parts.length === 4 && parts.every((part) => /^(?:0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255)
  );
}

/** RFC 4291, 2.2. `::` stands for one or more groups. */
function isIPv6(text: string): boolean {
  const halves = text.split("::");
  if (halves.length > 2) return false;
  const groups = halves.map((half, index) => countGroups(half, index === halves.length - 1));
  if (groups.includes(undefined)) return false;
  const count = groups.reduce<number>((sum, group) => sum + (group ?? 0), 0);
  return halves.length === 2 ? count <= 7 : count === 8;
}

/** How many 16-bit groups stand in a part between `::`; an IPv4 address at the very end counts as two. */
function countGroups(text: string, isLast: boolean): number | undefined {
  if (text === "") return 0;
  let count = 0;
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    if (/^[0-9A-Fa-f]{1,4}$/.test(part)) count += 1;
    else if (isLast && index === parts.length - 1 && isIPv4(part)) count += 2;
    else return undefined;
  }
  return count;
}

export function hash(text: string | undefined, digits: 32 | 40 | 64): string | undefined {
  if (text === undefined || text.length !== digits || !/^[0-9A-Fa-f]*$/.test(text)) return undefined;
  return text.toLowerCase();
}

/** In whole thousandths, so that comparisons are exact. */
export function spamNumber(text: string | undefined): number | undefined {
  const found = /^(-?)([0-9]+)(?:\.([0-9]+))?$/.exec(text ?? "");
  if (!found) return undefined;
  const [, sign, whole = "", fraction = ""] = found;
  const thousandths =
    Math.min(Number(whole), 999_999_999) * 1000 + Number(fraction.slice(0, 3).padEnd(3, "0"));
  return sign === "-" ? -thousandths : thousandths;
}

export function urlWithScheme(text: string): string {
  const followedBySlashes = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(text);
  const withoutDot = /^[A-Za-z][A-Za-z0-9+-]*:[^0-9]/.test(text);
  return followedBySlashes || withoutDot ? text : `http://${text}`;
}

export function attachmentNames(text: string | undefined): string[] {
  const parts = text === undefined ? [] : splitAtCommas(text);
  return parts.map((part) => trim(part.replaceAll('"', ""), " \t")).filter((name) => name !== "");
}

/**
 * `spf.allow`, `spf.info`, `dkim.allow`, … of SpamProcessingDetail, in this order; those that are empty left
 * out.
 */
export function spamProcessingDetail(text: string | undefined): (readonly [key: string, value: string])[] {
  const detail = objectIn(text);
  return ["spf", "dkim", "dmarc"].flatMap((check) => {
    const members = membersOf(lastOf(detail, check));
    return ["allow", "info"].flatMap((part) => {
      const value = plainText(lastOf(members, part));
      return value ? [[`${check}.${part}`, value] as const] : [];
    });
  });
}

/** JSON text of an object, or a JSON string that holds one. */
function objectIn(text: string | undefined): JsonMember[] {
  const outer = parsed(text);
  return membersOf(outer?.kind === "string" ? parsed(outer.value) : outer);
}

function parsed(text: string | undefined): JsonNode | undefined {
  try {
    return text === undefined ? undefined : parseJson(text);
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}

function membersOf(node: JsonNode | undefined): JsonMember[] {
  return node?.kind === "object" ? node.members : [];
}

function lastOf(members: JsonMember[], name: string): JsonNode | undefined {
  return members.filter((member) => member.name === name).at(-1)?.value;
}

function plainText(node: JsonNode | undefined): string | undefined {
  if (node?.kind === "string") return node.value;
  return node?.kind === "number" || node?.kind === "true" || node?.kind === "false" ? node.text : undefined;
}

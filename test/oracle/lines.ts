// fast-check arbitraries of what a host may hand over: lines of every dialect and log type, realistic and
// hostile, whole inputs of many records, and shippers' records.

import fc from "fast-check";
import { DICTIONARY, fieldNamed } from "./dictionary.ts";
import { hostileText, invalidBytes, jsonOnlyName, unknownName } from "./hostile.ts";
import { type HostTime, oracleSplit } from "./index.ts";
import { brokenJson, jsonLiteral, jsonObject, type Pair } from "./objects.ts";
import { listed, one, sampleOf, type Text } from "./samples.ts";
import { quote } from "./write.ts";

/** The fields of each log type, in the order Mimecast writes them. */
const KEY_VALUE_LOGS = [
  `datetime aCode acc SpamLimit IP Dir MsgId Subject headerFrom Sender Rcpt SpamInfo Act TlsVer Cphr
   SpamProcessingDetail SpamScore`,
  `datetime aCode acc Sender SpamInfo IP Error RejType RejCode Dir headerFrom Rcpt Act RejInfo TlsVer
   Cphr MsgId Subject Virus`,
  `datetime aCode acc AttSize Act AttCnt AttNames MsgSize MsgId Hld IPInternalName IPNewDomain
   IPThreadDict Subject headerFrom Sender Rcpt`,
  `datetime aCode acc IPSimilarDomain IPReplyMismatch Act Hld Subject Sender Rcpt RejType UrlCategory`,
  `datetime aCode acc Delivered IP Dir Sender Rcpt Attempt Latency ReceiptAck Snt UseTls TlsVer Cphr
   Err RejType RejCode RejInfo Route Subject MsgId`,
  `datetime aCode acc RcptActType RcptHdrType Dir Sender Rcpt`,
  `datetime aCode acc MimecastIP fileName sha256 Size IP Recipient SenderDomain fileExt Subject MsgId
   Sender Virus sha1 SenderDomainInternal fileMime CustomerIP Route md5`,
  `datetime aCode acc Sender SourceIP Recipient SenderDomain Subject MsgId Route headerFrom`,
  `datetime aCode acc fileName sha256 sha1 md5 Size IP Recipient SenderDomain fileExt fileMime Subject
   Sender Route`,
  `datetime aCode acc reason url route sourceIp sender recipient urlCategory senderDomain msgid subject
   credentialTheft action`,
  `datetime aCode acc Subject MsgId Sender IP Recipient Definition Hits Action TaggedExternal
   TaggedMalicious InternalName CustomName NewDomain SimilarInternalDomain SimilarCustomExternalDomain
   SimilarMimecastExternalDomain ReplyMismatch ThreatDictionary CustomThreatDictionary`,
  `datetime aCode acc ScanResultInfo UrlCategory URL Recipient Route Sender Subject MsgId Receipient
   reason`,
].map((names) => names.split(/\s+/));

const API_2_LOGS = [
  `_offset _partition accountId action aggregateId direction messageId numberAttachments processingId
   receiptErrors recipients rejectionCode rejectionInfo rejectionType senderEnvelope senderHeader
   senderIp spamDetectionLevel spamInfo spamProcessingDetail spamScore subject subtype timestamp
   tlsCipher tlsVersion totalSizeAttachments type virusFound`,
  `_offset _partition accountId action aggregateId attachments emailSize holdReason messageId
   numberAttachments processingId senderEnvelope subject subtype timestamp totalSizeAttachments type`,
  `_offset _partition accountId aggregateId delivered deliveryAttempts deliveryErrors deliveryTime
   destinationIp direction emailSize Hostname messageId processingId recipients rejectionCode
   rejectionInfo rejectionType route senderEnvelope senderIp subject timestamp tlsCipher tlsUsed
   tlsVersion totalSizeAttachments type`,
  `accountId aggregateId direction processingId recipients senderEnvelope timestamp type`,
  `accountId emailSize fileExtension fileMime fileName md5 messageId processingId recipients route
   senderDomain senderDomainInternal senderEnvelope senderIp sha1 sha256 subject timestamp type
   virusFound sizeAttachment`,
  `accountId aggregateId messageId processingId recipients route senderDomain senderEnvelope
   senderHeader senderIp sourceIp subject timestamp type`,
  `accountId action analysis blockReason eventType messageId processingId recipients route scanResults
   senderDomain senderEnvelope senderIp sourceIp subject timestamp url urlCategory credentialTheft`,
  `accountId action customNameMatch customThreatDictionary internalUserName itemsDetected messageId
   mimecastThreatDictionary newDomain policyDefinition processingId recipients replyMismatch
   senderEnvelope senderIp similarCustomExternalDomain similarDomain similarInternalDomain
   similarMimecastExternalDomain subject taggedExternal taggedMalicious timestamp type`,
  `accountId monitoredDomainSource processingId recipients scanResults senderEnvelope subject timestamp
   type url urlCategory ipNewDomain ipReplyMismatch ipSimilarDomain ipThreatDictionary ipUserName size`,
].map((names) => names.split(/\s+/));

const encoder = new TextEncoder();
const ALL_NAMES = DICTIONARY.flatMap((field) => field.names);

/** A value for a key of that name, mostly one it may have. */
function valueFor(name: string): Text {
  const sample = sampleOf(fieldNamed(name)?.name ?? name);
  return fc.oneof({ weight: 12, arbitrary: sample }, { weight: 1, arbitrary: hostileText });
}

/** A pair for each name, some left out. */
function pairsOf(names: string[]): fc.Arbitrary<Pair[]> {
  const pairs = names.map((name) =>
    fc.option(
      valueFor(name).map((value): Pair => [name, value]),
      { freq: 5 },
    ),
  );
  return fc.tuple(...pairs).map((found) => found.filter((pair) => pair !== null));
}

const knownPair = fc.oneof(...ALL_NAMES.map((name) => valueFor(name).map((value): Pair => [name, value])));
const unknownPair = fc.tuple(unknownName, fc.oneof(one("1", "value"), hostileText));
const anyPair: fc.Arbitrary<Pair> = fc.oneof(
  { weight: 5, arbitrary: knownPair },
  { weight: 1, arbitrary: fc.tuple(one(...ALL_NAMES), hostileText) },
  { weight: 1, arbitrary: unknownPair },
);

/** Few fields, many times: under each of their names, with the same or another value. */
const repeatedPairs: fc.Arbitrary<Pair[]> = fc
  .tuple(
    fc.array(anyPair, { minLength: 1, maxLength: 6 }),
    fc.array(fc.tuple(fc.nat(5), fc.nat(3), fc.option(hostileText, { freq: 2 })), {
      minLength: 1,
      maxLength: 14,
    }),
  )
  .map(([pairs, repeats]) => [...pairs, ...repeats.flatMap((repeat) => again(pairs, ...repeat))]);

function again(pairs: Pair[], which: number, alias: number, value: string | null): Pair[] {
  const pair = pairs[which % pairs.length];
  if (!pair) return [];
  const names = fieldNamed(pair[0])?.names ?? [pair[0]];
  return [[names[alias % names.length] ?? pair[0], value ?? pair[1]]];
}

/**
 * The names whose field depends on the log type, beside the fields they may mean and keys that settle the
 * type.
 */
const dependentPairs: fc.Arbitrary<Pair[]> = fc.array(
  fc.oneof(
    ...`action recipients emailSize senderIp destinationIp
        Act Action Rcpt Recipient Snt Size MsgSize IP SourceIP`
      .split(/\s+/)
      .map((name) => valueFor(name).map((value): Pair => [name, value])),
    ...[
      "Delivered",
      "Hld",
      "RcptActType",
      "CustomerIP",
      "Hits",
      "reason",
      "type",
      "filename_for_malachite",
      "headerFrom",
    ].map((name) => sampleOf(name).map((value): Pair => [name, value])),
  ),
  { minLength: 1, maxLength: 12 },
);

/** More unknown keys than a line may have. */
const manyUnknown: fc.Arbitrary<Pair[]> = fc
  .tuple(fc.integer({ min: 250, max: 262 }), fc.nat(300), anyPair, fc.array(anyPair, { maxLength: 4 }))
  .map(([count, modulo, first, rest]) => [
    first,
    ...Array.from(
      { length: count },
      (_, index): Pair => [`u${index % Math.max(modulo, 100)}`, String(index)],
    ),
    ...rest,
  ]);

const separator = fc.oneof(
  { weight: 14, arbitrary: one("|") },
  one("||", "|||", " |", "| ", "\\|", "|x|", "\t|"),
);
const front = fc.oneof(
  { weight: 14, arbitrary: one("") },
  listed("\ufeff¦ ¦\t ¦\ufeff \t¦ \ufeff¦\ufeff\ufeff¦|¦||¦junk|¦null|¦junk|foo=1|¦a=b|¦\\x|¦\u0000|¦\r "),
);
const back = fc.oneof({ weight: 12, arbitrary: one("") }, listed("|¦||||¦\\¦|\\¦ ¦|junk¦|a¦\t¦\u0000¦=¦|="));

const textWrapped = fc.oneof(one("none", "none", "both"), one("front", "back"));

function keyValue(pairs: fc.Arbitrary<Pair[]>): Text {
  return fc
    .tuple(pairs, textWrapped)
    .map(([found, wrapped]) => found.map((pair) => keyValueText(pair, wrapped)).join("|"));
}

function keyValueText([name, value]: Pair, wrapped: string): string {
  if (!fieldNamed(name)?.text) return `${name}=${value}`;
  const open = wrapped === "both" || wrapped === "front" ? "\\" : "";
  const close = wrapped === "both" || wrapped === "back" ? "\\" : "";
  return `${name}=${open}${value}${close}`;
}

/** Between the fields now and then more than a `|`. */
const messyKeyValue: Text = fc
  .tuple(
    fc.oneof(repeatedPairs, dependentPairs, fc.array(anyPair, { maxLength: 20 })),
    fc.infiniteStream(separator, { noHistory: true }),
  )
  .map(([pairs, separators]) =>
    pairs.reduce(
      (line, pair) => line + (line === "" ? "" : separators.next().value) + keyValueText(pair, "none"),
      "",
    ),
  );

const jsonPair: fc.Arbitrary<Pair> = fc.oneof(
  { weight: 6, arbitrary: anyPair },
  { weight: 1, arbitrary: fc.tuple(jsonOnlyName, hostileText) },
);

const realistic: Text = fc.oneof(
  { weight: 4, arbitrary: fc.oneof(...KEY_VALUE_LOGS.map((names) => keyValue(pairsOf(names)))) },
  { weight: 2, arbitrary: fc.oneof(...KEY_VALUE_LOGS.map((names) => jsonObject(pairsOf(names)))) },
  { weight: 3, arbitrary: fc.oneof(...API_2_LOGS.map((names) => jsonObject(pairsOf(names)))) },
);

const hostile: Text = fc.oneof(
  { weight: 4, arbitrary: keyValue(repeatedPairs) },
  { weight: 4, arbitrary: messyKeyValue },
  { weight: 3, arbitrary: keyValue(dependentPairs) },
  { weight: 2, arbitrary: jsonObject(repeatedPairs) },
  { weight: 2, arbitrary: jsonObject(dependentPairs) },
  { weight: 3, arbitrary: jsonObject(fc.array(jsonPair, { maxLength: 12 })) },
  { weight: 2, arbitrary: brokenJson(jsonObject(fc.array(jsonPair, { maxLength: 4 }))) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
  { weight: 1, arbitrary: hostileText },
);
const oversized: Text = fc.oneof(keyValue(manyUnknown), jsonObject(manyUnknown));

const anyText: Text = fc
  .tuple(
    fc.oneof(
      { weight: 60, arbitrary: realistic },
      { weight: 60, arbitrary: hostile },
      { weight: 2, arbitrary: oversized },
    ),
    front,
    back,
  )
  .map(([text, before, behind]) => before + text + behind);

/** UTF-8, now and then with bytes in it that are none. */
function bytesOf(text: Text): fc.Arbitrary<Uint8Array> {
  const broken = fc.array(fc.tuple(fc.nat(), invalidBytes), { minLength: 1, maxLength: 3 });
  const mostlySound = fc.oneof({ weight: 15, arbitrary: fc.constant([]) }, broken);
  return fc.tuple(text, mostlySound).map(([sound, insertions]) => {
    if (insertions.length === 0) return encoder.encode(sound);
    const bytes = [...encoder.encode(sound)];
    for (const [at, invalid] of insertions) bytes.splice(at % (bytes.length + 1), 0, ...invalid);
    return Uint8Array.from(bytes);
  });
}

/** One raw record, as it is after splitting: splitting it again changes nothing. */
export const line: fc.Arbitrary<Uint8Array> = bytesOf(anyText).map(firstRecord);

export function isOneRecord(bytes: Uint8Array): boolean {
  const records = oracleSplit(bytes);
  return records.length === 1 && records[0]?.length === bytes.length;
}

function firstRecord(bytes: Uint8Array): Uint8Array {
  const first = oracleSplit(bytes.map((byte) => (byte === 0x0a ? 0x20 : byte)))[0] ?? encoder.encode("-");
  return isOneRecord(first) ? first : firstRecord(first);
}

const lineEnd = fc.oneof(
  { weight: 6, arbitrary: one("\n") },
  { weight: 3, arbitrary: one("\r\n") },
  one("\r", "", "\n\n", " \n", "\r\r\n", "\n\r"),
);
const memberHead = listed(
  `{"type":"MTA","data":[¦{"data":[¦{ "type" : "MTA" ,\n "data" : [\n`,
  `{"type":"MTA","n":-1.5e3,"t":true,"f":false,"z":null,"data":[`,
  `{"type":{},"data":[¦{"meta":{"status":200},"data":[¦{"type":"M\\"T{A","data" :[`,
  `{"type":"MTA","data":{¦{"type":"MTA","Data":[`,
);
const memberTail = fc.oneof(
  { weight: 6, arbitrary: one("]}") },
  listed(
    `\n ] } ¦]¦¦]},¦}¦]}{"acc":"x"}¦]}datetime=2020-01-01T00:00:00|acc=y¦ nonsense¦,]}¦,null]}`,
    `],"fail":[]}¦]]}¦{¦{"acc":"cut`,
  ),
);
const comma = fc.oneof({ weight: 6, arbitrary: one(",") }, one(",\n", " , ", "\r\n,\r\n", ",,", "", "\n"));

/** A member of API 1.0, not always a sound one. */
const member: Text = fc
  .tuple(
    memberHead,
    fc.array(fc.tuple(jsonObject(pairsOf(KEY_VALUE_LOGS[0] ?? [])), comma), { maxLength: 4 }),
    memberTail,
  )
  .map(([head, objects, tail]) => {
    const data = objects.map(
      ([object, after], index) => object + (index === objects.length - 1 ? "" : after),
    );
    return head + data.join("") + tail;
  });

/** Raw bytes of several records: lines and members with line ends of every kind. */
export const input: fc.Arbitrary<Uint8Array> = bytesOf(
  fc
    .array(
      fc.tuple(
        fc.oneof(
          { weight: 4, arbitrary: anyText },
          { weight: 2, arbitrary: member },
          one("", " ", "\ufeff", "datetime=", "{"),
        ),
        lineEnd,
      ),
      { maxLength: 6 },
    )
    .map((records) => records.map(([record, end]) => record + end).join("")),
);

const siblingName = fc.oneof(
  {
    weight: 2,
    arbitrary: listed(
      "filename_for_malachite¦hostname¦host¦path¦k8s¦message¦type¦Subject¦datetime¦acc¦action",
    ),
  },
  { weight: 1, arbitrary: one(...ALL_NAMES) },
  fc.oneof(unknownName, jsonOnlyName),
);
const sibling = siblingName.chain((name) =>
  fc.tuple(valueFor(name), fc.nat(30)).map(([value, style]) => `${quote(name)}:${jsonLiteral(value, style)}`),
);
const lineOfRecord = fc.oneof(
  { weight: 8, arbitrary: anyText.map(quote) },
  { weight: 2, arbitrary: jsonObject(repeatedPairs) },
  {
    weight: 2,
    arbitrary: fc.tuple(anyText, one("\r", "\n", "\r\n", ""), anyText).map((parts) => quote(parts.join(""))),
  },
  { weight: 1, arbitrary: member.map(quote) },
  {
    weight: 1,
    arbitrary: listed(
      `null¦1¦true¦[]¦[{"acc":"x"}]¦{}¦""¦" \\t\\r\\n"¦"\\ufeff"¦{"data":[]}¦"\\ud800|acc=1"`,
    ),
  },
);
const nameOfLine = fc.oneof(
  { weight: 12, arbitrary: one('"log"') },
  one('"message"', '"Log"', '"l\\u006fg"', '"text"'),
);

const soundRecord: Text = fc
  .tuple(
    fc.array(sibling, { maxLength: 3 }),
    nameOfLine,
    lineOfRecord,
    fc.array(sibling, { maxLength: 3 }),
    one(",", ",", ", ", "\n,\t"),
  )
  .map(
    ([before, name, text, after, between]) => `{${[...before, `${name}:${text}`, ...after].join(between)}}`,
  );

const recordsOfEarlierErrors = one(
  '{"log":"x","mimecast_error":{"code":"not_mimecast","message":"old"}}',
  '{"mimecast_error":1,"log":"x","mimecast_error":null}',
  '{"mimecast_error":{}}',
  '{"log":"acc=1","mimecast_error":{"code":"x"}}',
);

/** A shipper's record, not always a sound one. */
export const record: fc.Arbitrary<Uint8Array> = bytesOf(
  fc.oneof(
    { weight: 12, arbitrary: soundRecord },
    { weight: 2, arbitrary: brokenJson(soundRecord) },
    recordsOfEarlierErrors,
    anyText,
  ),
);

/** The record a shipper makes of a line by default. */
export function recordOf(text: string): Uint8Array {
  return encoder.encode(`{"log":${quote(text)}}`);
}

export const time: fc.Arbitrary<HostTime> = fc.record({
  sec: fc.oneof(fc.nat(), fc.constantFrom(0, 951782400, 4294967295)),
  nsec: fc.oneof(
    fc.nat(999_999_999),
    fc.constantFrom(0, 1, 999_999_999, 123_000_000, 123_456_000, 100_000_000, 1_000_000, 1_000),
  ),
});

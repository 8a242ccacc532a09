// Goldens: what a person checked against docs/grammar.md and docs/event.md, byte for byte.
//
//   test/goldens/<log type>/<message>.siem                    the message as key=value,
//                           <message>.1.json                  as JSON of API 1.0,
//                           <message>.2.json                  as JSON of API 2.0, and beside each
//                           <message>.<siem|1|2>.event.json   its event
//   test/goldens/fields/    the same for mimecast_fields, with `.fields.json`
//
// A new message: write its lines, then `UPDATE_GOLDENS=1 npm test -- goldens` puts down what the module says today. That
// is a candidate and not yet a golden: read each changed file against the documents before you keep it.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { type HostTime, type MappingFunction, MimecastModule } from "../host/module.ts";
import { validateEvent } from "./schema/schema.ts";
import { recordEvents } from "./support/events.ts";

const FOLDER = "test/goldens";
const LINE = /^(?<message>.+)\.(?<dialect>siem|1|2)(?:\.json)?$/;
/** 2024-01-01T00:00:00.25Z: what a line without a readable time is given. */
const TIME: HostTime = { sec: 1_704_067_200, nsec: 250_000_000 };

const WAZUH_NAMES =
  `datetime aCode acc IP RejType Error RejCode Dir headerFrom Sender Rcpt Act RejInfo TlsVer Cphr Hld
  AttSize IPNewDomain IPReplyMismatch AttCnt IPInternalName AttNames MsgSize MsgId IPThreadDict IPSimilarDomain Delivered
  Err ReceiptAck Subject Attempt Snt UseTls MimecastIP fileName sha256 Size Recipient SenderDomain fileExt Virus sha1
  SenderDomainInternal fileMime CustomerIP Route md5 SourceIP UrlCategory ScanResultInfo URL Receipient Definition Hits
  Action TaggedExternal TaggedMalicious InternalName CustomName NewDomain SimilarInternalDomain
  SimilarCustomExternalDomain SimilarMimecastExternalDomain ReplyMismatch ThreatDictionary reason`.split(
    /\s+/,
  );

type Dialect = "siem" | "1" | "2";

interface Golden {
  /** `receipt/accepted`. */
  message: string;
  dialect: Dialect;
  line: Buffer;
  expectation: string;
}

interface Event {
  metadata: { event_timestamp: string };
  additional: Record<string, string>;
}

const types = readdirSync(FOLDER).filter((type) => type !== "fields");
const events = types.flatMap((type) => goldensIn(type, "event.json"));
const fields = goldensIn("fields", "fields.json");
const mimecast = await MimecastModule.load("build/mimecast.wasm");

describe("goldens", () => {
  it("hold each log type in each dialect, four messages or more", () => {
    assert.equal(types.length, 10);
    for (const type of types) {
      for (const dialect of ["siem", "1", "2"]) {
        const messages = events.filter((golden) => golden.message.startsWith(`${type}/`));
        assert.ok(messages.filter((golden) => golden.dialect === dialect).length >= 4, `${type} ${dialect}`);
      }
    }
  });

  for (const golden of events) {
    it(`${golden.message}, ${golden.dialect}: the expected event, by each door`, () =>
      expected(golden, "plain"));
  }

  for (const golden of events) {
    it(`${golden.message}, ${golden.dialect}: fits the schema`, () => {
      assert.deepEqual(validateEvent(JSON.parse(answer(golden, "plain"))), []);
    });
  }

  for (const message of new Set(events.map((golden) => golden.message))) {
    const [keyValue, json, api2] = (["siem", "1", "2"] as const).map((dialect) =>
      events.find((golden) => golden.message === message && golden.dialect === dialect),
    );
    if (!keyValue || !json || !api2) continue;
    it(`${message}: the same event from key=value and from JSON with the same names`, () => {
      assert.equal(answer(json, "plain"), answer(keyValue, "plain"));
    });
    it(`${message}: the same event from API 2.0, but for what only one API carries and how it names it`, () => {
      assert.deepEqual(comparableEvent(answer(api2, "plain")), comparableEvent(answer(keyValue, "plain")));
      assert.deepEqual(
        comparableFields(answer(api2, "fields")),
        comparableFields(answer(keyValue, "fields")),
      );
    });
  }

  it("are kept for a check of all events", () => {
    recordEvents(events.map((golden) => answer(golden, "plain")));
  });
});

describe("goldens of mimecast_fields", () => {
  for (const golden of fields) {
    it(`${golden.message}, ${golden.dialect}: the expected fields, by each door`, () =>
      expected(golden, "fields"));
  }

  it("hold each name of the Wazuh decoders, and give it back", () => {
    const lines = fields.filter(({ dialect }) => dialect === "siem");
    const came = new Set(
      lines.flatMap(({ line }) => [...line.toString().matchAll(/(?<=^|\|)\w+(?==)/g)].flat()),
    );
    const given = new Set(
      lines.flatMap((golden) => Object.keys(JSON.parse(answer(golden, "fields")).mimecast)),
    );
    assert.equal(WAZUH_NAMES.length, 66);
    for (const name of WAZUH_NAMES) {
      assert.ok(came.has(name), `${name} in no line`);
      assert.ok(given.has(name === "Receipient" ? "Recipient" : name), `${name} in no answer`);
    }
  });
});

function goldensIn(type: string, ending: string): Golden[] {
  return readdirSync(`${FOLDER}/${type}`)
    .sort()
    .flatMap((file) => {
      const { message, dialect } = LINE.exec(file)?.groups ?? {};
      if (message === undefined || dialect === undefined) return [];
      const line = readFileSync(`${FOLDER}/${type}/${file}`);
      const expectation = `${FOLDER}/${type}/${message}.${dialect}.${ending}`;
      return [{ message: `${type}/${message}`, dialect: dialect as Dialect, line, expectation }];
    });
}

function answer(golden: Golden, wanted: MappingFunction): string {
  return mimecast.map(golden.line, wanted, TIME);
}

/** The answer is the expectation, for the raw line, for the line in a shipper's record and for the line as its object. */
function expected(golden: Golden, wanted: MappingFunction): void {
  const given = answer(golden, wanted);
  if (process.env.UPDATE_GOLDENS === "1" && written(golden) !== `${given}\n`) {
    writeFileSync(golden.expectation, `${given}\n`);
    console.log(`candidate, to be read: ${golden.expectation}`);
  }
  assert.equal(`${given}\n`, written(golden));
  const line = golden.line.toString();
  const records = [`{"log":${JSON.stringify(line)}}`, `{"message":${JSON.stringify(line)}}`];
  if (golden.dialect !== "siem") records.push(`{"log":${line}}`);
  for (const record of records) {
    assert.equal(mimecast.filter(Buffer.from(record), wanted, TIME), given);
  }
}

function written(golden: Golden): string | undefined {
  return existsSync(golden.expectation) ? readFileSync(golden.expectation, "utf8") : undefined;
}

const ONLY_IN_API_1: readonly string[] = ["ReceiptAck", "RcptActType", "RcptHdrType"];
const ONLY_IN_API_2: readonly string[] = ["aggregateId", "subtype", "type", "_offset", "_partition"];

function shared([name]: readonly [name: string, value: string]): boolean {
  return !ONLY_IN_API_1.includes(name) && !ONLY_IN_API_2.includes(name);
}

/** An event with its time as an instant, and of `additional` only the values: names stand there as they came. */
function comparableEvent(json: string): unknown {
  const { metadata, additional, ...rest }: Event = JSON.parse(json);
  const time = new Date(metadata.event_timestamp).getTime();
  const values = Object.entries(additional)
    .filter(shared)
    .map(([, value]) => value);
  return [{ ...metadata, event_timestamp: time }, rest, values];
}

/** The fields under their first names, but for the time, which each dialect writes in its own form. */
function comparableFields(json: string): unknown {
  const { datetime, ...mimecast }: Record<string, string> = JSON.parse(json).mimecast;
  return [datetime !== undefined, Object.entries(mimecast).filter(shared)];
}

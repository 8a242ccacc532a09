// The detection rules: each fires, just does not, and fires from API 2.0; what counts, counts as docs/rules.md says. A second
// implementation with unbounded memory agrees on generated streams.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { MimecastModule } from "../../host/module.ts";
import { oracleLine } from "../oracle/index.ts";
import { RulesOracle } from "../oracle/rules.ts";
import { validateEvent } from "../schema/schema.ts";
import { recordEvents } from "../support/events.ts";

const TIME = { sec: 1_700_000_000, nsec: 0 };
const START = Date.UTC(2026, 0, 2, 3, 4, 5);

interface Entry {
  readonly rule_id?: string;
  readonly rule_name: string;
  readonly severity: string;
  readonly rule_labels: readonly { readonly key: string; readonly value: string }[];
}
interface UdmEvent {
  readonly metadata: { readonly event_timestamp: string };
  readonly additional: Readonly<Record<string, string>>;
  readonly security_result: readonly Entry[];
}

const fresh = (): Promise<MimecastModule> => MimecastModule.load("build/mimecast.wasm");

const at = (seconds: number): string =>
  new Date(START + 1000 * seconds).toISOString().replace(".000Z", "+0000");

/** A line of key=value, so many seconds after the start. */
const line = (fields: string, seconds = 0): string => `datetime=${at(seconds)}|aCode=a1|acc=C0A0|${fields}`;
const json = (type: string, fields: object): string =>
  JSON.stringify({ type, accountId: "C0A0", timestamp: START, ...fields });

function entries(module: MimecastModule, text: string): readonly Entry[] {
  const event = JSON.parse(module.map(Buffer.from(text), "udm", TIME)) as UdmEvent;
  return event.security_result.filter(({ rule_id: id }) => id !== undefined);
}
const ids = (module: MimecastModule, text: string): string[] =>
  entries(module, text).map(({ rule_id: id = "" }) => id);

const virus = (more = "") => `Virus=X|Subject=s|Sender=a@example.com|${more}`;
const file = "fileName=a|fileExt=pdf|fileMime=application/pdf|sha256=00";

/** What fires, on which line, and lines that lack one thing. */
const SINGLE: readonly (readonly [
  id: string,
  name: string,
  severity: string,
  fires: readonly string[],
  not: readonly string[],
])[] = [
  [
    "106001",
    "Message <m> held for review.",
    "LOW",
    [
      line("Act=Hld|MsgId=<m>"),
      line("MsgId=<m>|Act=hLD"),
      json("process", { action: "Hld", messageId: "<m>" }),
    ],
    [line("Act=Acc|Hld=Spm|MsgId=<m>"), line("Act=Hldx"), line("Subject=Act=Hld")],
  ],
  [
    "106002",
    'Malicious email with category "X" sent to r@example.com.',
    "LOW",
    [
      line(virus("Recipient=r@example.com")),
      json("av", { virusFound: "X", subject: "s", recipients: "r@example.com" }),
    ],
    [line("Virus=X|Sender=a@example.com"), line("Subject=s|Recipient=r@example.com")],
  ],
  [
    "106005",
    "User r@example.com blocked from clicking a malicious/blocked link http://x/.",
    "INFORMATIONAL",
    [
      line("ScanResultInfo=Blocked URL Category|URL=http://x/|Recipient=r@example.com"),
      json("internal email protect", {
        scanResults: "is blocked",
        url: "http://x/",
        recipients: "r@example.com",
      }),
    ],
    [line("ScanResultInfo=Clean|URL=http://x/")],
  ],
  [
    "106007",
    "Internal user a@example.com has been impersonated.",
    "LOW",
    [
      line("Definition=Default Impersonation Definition|Sender=a@example.com"),
      json("impersonation protect", { policyDefinition: "impersonation", senderEnvelope: "a@example.com" }),
    ],
    [line("Definition=Other|Sender=a@example.com|ReplyMismatch=true")],
  ],
  [
    "106009",
    "User r@example.com blocked from clicking a malicious link http://x/.",
    "LOW",
    [
      line("reason=malicious|URL=http://x/|UrlCategory=Blocked|Recipient=r@example.com"),
      line("reason=malicious|url=http://x/|urlCategory=Blocked|recipient=r@example.com"),
      json("url protect", {
        blockReason: "malicious",
        url: "http://x/",
        urlCategory: "Blocked",
        recipients: "r@example.com",
      }),
    ],
    [
      line("reason=clean|URL=http://x/|UrlCategory=Blocked"),
      line("reason=malicious|UrlCategory=Blocked"),
      line("reason=malicious|URL=http://x/|UrlCategory=Other"),
    ],
  ],
  [
    "106011",
    "Mimecast sandbox has detected a potentially malicious file a.pdf on r@example.com.",
    "HIGH",
    [
      line(`${file}|Recipient=r@example.com`),
      json("attachment protect", {
        fileName: "a",
        fileExtension: "pdf",
        fileMime: "application/pdf",
        sha256: "00",
        recipients: "r@example.com",
        subject: "s",
      }),
    ],
    [
      line(`${file}|Subject=s`),
      line("fileName=a|fileMime=b"),
      line("fileName=a|sha256=00"),
      json("av", { fileName: "a", fileMime: "b", sha256: "00" }),
    ],
  ],
];

describe("a rule", () => {
  for (const [id, name, severity, fires, not] of SINGLE) {
    it(`${id} fires in each dialect, and not where one thing is missing`, async () => {
      const module = await fresh();
      for (const text of fires) {
        const [entry, ...others] = entries(module, text);
        assert.deepEqual(
          [entry?.rule_id, entry?.rule_name, entry?.severity, others.length],
          [id, name, severity, 0],
          text,
        );
        const event = module.map(Buffer.from(text), "udm", TIME);
        assert.deepEqual(validateEvent(JSON.parse(event)), []);
        recordEvents([event]);
      }
      for (const text of not) assert.ok(!ids(module, text).includes(id), text);
    });
  }

  it("106008 fires beside 106007 where the reply goes elsewhere", async () => {
    const module = await fresh();
    const text = (more: string): string => line(`Definition=Impersonation|Sender=a@example.com|${more}`);
    assert.deepEqual(ids(module, text("ReplyMismatch=true")), ["106007", "106008"]);
    assert.deepEqual(ids(module, text("ReplyMismatch=false")), ["106007"]);
    const api2 = json("impersonation protect", { policyDefinition: "Impersonation", replyMismatch: "true" });
    assert.deepEqual(ids(module, api2), ["106007", "106008"]);
  });

  it("106011 asks the file's name for the log, where the shipper gives it", async () => {
    const module = await fresh();
    const fires = (name: string, log: string): boolean => {
      const record = JSON.stringify({ filename_for_malachite: `/spool/${name}`, log });
      return module.filter(Buffer.from(record), "udm", TIME).includes('"rule_id":"106011"');
    };
    assert.ok(fires("ttp_ap_1.siem", line(file)));
    // A file may be called so: its name must not silence the rule.
    assert.ok(fires("ttp_ap_1.siem", line(`${file}|fileName=a|Subject=x.pdf`)));
    assert.ok(!fires("av_1.siem", line(`${file}|Virus=X`)));
    assert.ok(fires("other.siem", line(file)));
  });

  it("writes whatever strangers wrote as text", async () => {
    const module = await fresh();
    const text = line('Virus="}],"x":[{"|Subject=s|Recipient=\\u0041\u0001$(Virus)|Sender=a@example.com');
    const [entry] = entries(module, text);
    assert.equal(
      entry?.rule_name,
      'Malicious email with category ""}],"x":[{"" sent to \\u0041\u0001$(Virus).',
    );
  });

  it("has its level and its group beside it, and its techniques", async () => {
    const event = JSON.parse((await fresh()).map(Buffer.from(line(file)), "udm", TIME));
    assert.deepEqual(event.security_result[1].rule_labels, [
      { key: "wazuh_level", value: "10" },
      { key: "group", value: "mimecast" },
    ]);
    assert.equal(event.security_result[1].alert_state, "ALERTING");
    assert.deepEqual(event.security_result[1].attack_details.techniques[0], {
      id: "T1204",
      name: "User Execution",
      subtechnique_id: "T1204.002",
      subtechnique_name: "Malicious File",
    });
  });
});

interface CountCase {
  readonly id: string;
  readonly count: number;
  /** The fields of the n-th event: agreeing in what must agree, each on another value of what must differ. */
  readonly event: (n: number) => string;
  /** Events that differ in what must agree. */
  readonly elsewhere?: (n: number) => string;
  /** Events that agree in what must differ. */
  readonly repeated?: string;
}

const COUNTING: readonly CountCase[] = [
  {
    id: "106003",
    count: 3,
    event: (n) => virus(`Recipient=r${n}@x.y`),
    elsewhere: (n) => `Virus=X|Subject=s|Sender=s${n}@x.y`,
  },
  {
    id: "106004",
    count: 5,
    event: (n) => virus(`Recipient=r${n}@x.y`),
    elsewhere: (n) => `Virus=X|Subject=s|Sender=s${n}@x.y|Recipient=r${n}@x.y`,
    repeated: virus("Recipient=r@x.y"),
  },
  {
    id: "106006",
    count: 3,
    event: (n) => `ScanResultInfo=Blocked|URL=http://x/|Recipient=r${n}@x.y`,
    elsewhere: (n) => `ScanResultInfo=Blocked|URL=http://x/${n}|Recipient=r${n}@x.y`,
    repeated: "ScanResultInfo=Blocked|URL=http://x/|Recipient=r@x.y",
  },
  {
    id: "106010",
    count: 3,
    event: (n) => `reason=malicious|URL=http://x/${n}|UrlCategory=Blocked|Recipient=r${n}@x.y`,
    repeated: "reason=malicious|URL=http://x/|UrlCategory=Blocked|Recipient=r@x.y",
  },
  {
    id: "106012",
    count: 3,
    event: () => `${file}|Sender=a@x.y`,
    elsewhere: (n) => `${file}|Sender=a${n}@x.y`,
  },
  {
    id: "106013",
    count: 3,
    event: () => `${file}|IP=192.0.2.1`,
    elsewhere: (n) => `${file}|IP=192.0.2.${n}`,
  },
  {
    id: "106014",
    count: 4,
    event: () => "fileName=a|fileMime=b|sha256=00",
    elsewhere: (n) => `fileName=a|fileMime=b|sha256=0${n}`,
  },
  {
    id: "106015",
    count: 3,
    event: () => `${file}|SenderDomain=x.y`,
    elsewhere: (n) => `${file}|SenderDomain=x${n}.y`,
  },
];

const shuffled = <T>(items: readonly T[]): T[] => [...items].reverse();

describe("a rule that counts", () => {
  for (const { id, count, event, elsewhere, repeated } of COUNTING) {
    /** How often it fires on these. */
    const fires = async (lines: readonly string[]): Promise<boolean[]> => {
      const module = await fresh();
      return lines.map((text) => ids(module, text).includes(id));
    };
    const events = (seconds: readonly number[]): string[] =>
      seconds.map((second, n) => line(event(n), second));
    const even = Array.from({ length: count }, (_, n) => n * 10);

    it(`${id} fires on the event that completes the count, and then needs a full count again`, async () => {
      const due = Array.from({ length: 2 * count }, (_, n) => (n + 1) % count === 0);
      assert.deepEqual(await fires(events(Array.from({ length: 2 * count }, (_, n) => n))), due);
    });

    it(`${id} does not fire one short of it`, async () => {
      assert.ok(!(await fires(events(even.slice(1)))).includes(true));
    });

    it(`${id} counts 300 seconds in, and 301 out, in whatever order they come`, async () => {
      const last = (second: number): string[] => events([...even.slice(1), second]);
      const first = even[1] as number;
      for (const order of [(lines: string[]) => lines, shuffled<string>]) {
        assert.equal((await fires(order(last(first + 300)))).at(-1), true);
        assert.equal((await fires(order(last(first + 301)))).includes(true), false);
      }
    });

    it(`${id} gives events that come late a window of their own`, async () => {
      const late = [...events(even.map((second) => second + 5000)).slice(1), ...events(even)];
      const fired = await fires(late);
      assert.equal(fired.at(-1), true);
      assert.equal(fired.filter(Boolean).length, 1);
    });

    if (elsewhere) {
      it(`${id} keeps keys apart, however they are mixed`, async () => {
        const others = even.map((second, n) => line(elsewhere(n), second));
        assert.ok(!(await fires(others)).includes(true));
        const mixed = events(even).flatMap((text, n) => [others[n] as string, text]);
        assert.equal((await fires(mixed)).filter(Boolean).length, 1);
      });
    }
    if (repeated !== undefined) {
      it(`${id} counts one value once`, async () => {
        const same = Array.from({ length: 12 }, (_, n) => line(repeated, n));
        assert.ok(!(await fires(same)).includes(true));
        const others = events(even.slice(1)).map((text) => text.replace("r@x.y", "other@x.y"));
        assert.equal((await fires([...same, ...others])).at(-1), true);
      });
    }
  }

  it("does not count a line that lacks what it compares", async () => {
    const module = await fresh();
    for (let n = 0; n < 10; n++) assert.deepEqual(ids(module, line("Virus=X|Subject=s", n)), ["106002"]);
  });

  it("is not hidden from by repeating one value", async () => {
    const module = await fresh();
    const lines = (n: number): string[] => [
      line(virus(`Recipient=r${n}@x.y`), 20 * n),
      ...Array.from({ length: 19 }, (_, i) => line(virus("Recipient=r@x.y"), 20 * n + i)),
    ];
    const fired = [0, 1, 2, 3].flatMap(lines).map((text) => ids(module, text).includes("106004"));
    assert.equal(fired.indexOf(true), 60);
  });

  it("tells of what it forgot beside the rule that it counts, and beside no other", async () => {
    const module = await fresh();
    let told = 0;
    for (let n = 0; n < 40; n++) {
      const text = line(`Act=Hld|reason=malicious|URL=x|UrlCategory=blocked|Recipient=r${n % 2}@x.y`, n);
      for (const { rule_id: id, rule_labels: labels } of entries(module, text)) {
        if (!labels.some(({ key }) => key === "correlation_evictions")) continue;
        assert.equal(id, "106009");
        told++;
      }
    }
    assert.equal(told, 40 - 16);
    assert.equal(module.ruleEvictions, told);
  });

  it("counts lines before 1970, and with the largest of times", async () => {
    for (const year of ["0001", "1969", "9999"]) {
      const module = await fresh();
      const fired = [0, 1, 2].map((second) =>
        ids(module, `datetime=${year}-12-31T23:59:5${second}-2359|acc=1|${virus()}`).includes("106003"),
      );
      assert.deepEqual(fired, [false, false, true], year);
    }
  });

  it("forgets the oldest where too many keys come, says so in the stream, and needs no more memory", async () => {
    const module = await fresh();
    entries(module, line("Act=Hld"));
    const memory = module.memorySize;
    let told = 0;
    for (let n = 0; n < 20_000; n++) {
      const [entry] = entries(module, line(`Virus=X|Subject=s|Sender=${n}@x.y|Recipient=r@x.y`, n / 1000));
      const label = entry?.rule_labels.find(({ key }) => key === "correlation_evictions");
      if (label) told = Number(label.value);
    }
    assert.ok(told > 10_000, String(told));
    assert.equal(module.ruleEvictions, told);
    assert.equal(module.memorySize, memory);
  });
});

describe("the doors", () => {
  it("plain is the event without rules, alerts the events on which one fires and nothing else", async () => {
    const [udm, plain, alerts] = [await fresh(), await fresh(), await fresh()];
    const lines = [line("Act=Acc"), line("Act=Hld|MsgId=<m>"), "no line", line(file), '{"acc":"C0A0"'];
    const input = Buffer.from(lines.join("\n"));
    const all = (module: MimecastModule, wanted: "udm" | "plain" | "alerts"): string[] =>
      Buffer.from(module.batch(input, wanted, TIME).output)
        .toString("utf8")
        .split("\n")
        .slice(0, -1);
    const events = all(udm, "udm");
    assert.equal(events.length, 5);
    assert.deepEqual(
      all(alerts, "alerts"),
      events.filter((event) => event.includes('"rule_id"')),
    );
    const without = events.map((event) => {
      const { security_result: results, ...others } = JSON.parse(event) as { security_result?: Entry[] };
      return results
        ? { ...others, security_result: results.filter(({ rule_id: id }) => id === undefined) }
        : others;
    });
    assert.deepEqual(
      all(plain, "plain").map((event) => JSON.parse(event) as unknown),
      without,
    );
    assert.equal(alerts.filter(Buffer.from(JSON.stringify({ log: lines[0] })), "alerts", TIME), "");
    assert.equal(alerts.filter(Buffer.from("no record"), "alerts", TIME), "");
    assert.match(alerts.filter(Buffer.from(JSON.stringify({ log: lines[1] })), "alerts", TIME), /106001/);
  });
});

/** An event of a stream: a few keys, times that go on with some that come late. */
const streamed = fc
  .record({
    kind: fc.nat(6),
    late: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, fc.nat(1200)),
    sender: fc.nat(150),
    isBurst: fc.boolean(),
    recipient: fc.nat(6),
    isLacking: fc.nat(30),
    isJson: fc.boolean(),
  })
  .map(({ kind, late, sender: any, isBurst, recipient, isLacking, isJson }) => (index: number): string => {
    const sender = isBurst ? Math.floor(index / 100) % 150 : any;
    const seconds = 2000 + 2 * index - late;
    const fields: Record<string, string> = {
      Sender: `s${sender}@example.com`,
      Recipient: `r${recipient}@example.com`,
      SenderDomain: `d${sender}.example.com`,
      IP: `192.0.2.${sender}`,
    };
    const more: readonly Record<string, string>[] = [
      { Virus: "X", Subject: "s" },
      { ScanResultInfo: "Blocked", URL: `http://x/${sender}` },
      { Definition: "Impersonation", ReplyMismatch: sender % 2 === 0 ? "true" : "false" },
      { reason: "malicious", URL: `http://x/${sender}`, UrlCategory: "Blocked" },
      { fileName: "a", fileMime: "b", sha256: String(sender).padStart(64, "0") },
      { Act: "Hld", MsgId: `<${index}>` },
      { Act: "Acc", Subject: "x" },
    ];
    Object.assign(fields, more[kind]);
    const missing = ["Sender", "Recipient", "SenderDomain", "IP"][isLacking];
    if (missing) delete fields[missing];
    if (isJson) return JSON.stringify({ datetime: at(seconds), aCode: `a${index}`, acc: "C0A0", ...fields });
    return line(
      Object.entries(fields)
        .map(([key, value]) => `${key}=${value}`)
        .join("|"),
      seconds,
    );
  });

const EVENTS = 50_000;
const SHORT_STREAMS = 10_000;
const SEED = Number(process.env.PROPERTY_SEED ?? Date.now() % 0x7fffffff);

/** The module's answer is the oracle's, byte for byte. Returns the ids of the rules that fired. */
function assertSame(module: MimecastModule, oracle: RulesOracle, text: string, place: string): string[] {
  const bytes = Buffer.from(text);
  const came = module.map(bytes, "udm", TIME);
  assert.equal(came, oracleLine(bytes, "udm", TIME, oracle), `PROPERTY_SEED=${SEED}, ${place}: ${text}`);
  return [...came.matchAll(/"rule_id":"(\d+)"/g)].map(([, id = ""]) => id);
}

describe("streams", () => {
  it(`of ${EVENTS} events fire what a second implementation with unbounded memory fires`, async () => {
    const module = await fresh();
    const oracle = new RulesOracle();
    const fired = new Set<string>();
    for (const [index, make] of fc.sample(streamed, { numRuns: EVENTS, seed: SEED }).entries()) {
      for (const id of assertSame(module, oracle, make(index), `event ${index}`)) fired.add(id);
    }
    assert.equal(module.ruleEvictions, 0, "nothing was forgotten that might have counted");
    assert.equal(fired.size, 15, [...fired].join());
  });

  it("that are short, in disorder, at the edges of windows, and at the same moments do so, too", async () => {
    const module = await fresh();
    const fired = new Set<string>();
    const event = fc.tuple(fc.nat(1000), fc.nat(6), fc.integer({ min: -1, max: 1 }));
    const stream = fc.tuple(
      fc.constantFrom(1, 10, 50, 100, 150, 300),
      fc.constantFrom(10, 200, 300, 310, 600, 1500, 3000),
      fc.array(event, { minLength: 2, maxLength: 16 }),
    );
    for (const [which, [grid, span, events]] of fc
      .sample(stream, { numRuns: SHORT_STREAMS, seed: SEED })
      .entries()) {
      // With a sender and hours of their own, so that one instance serves all of them.
      const oracle = new RulesOracle();
      for (const [index, [moment, recipient, edge]] of events.entries()) {
        const seconds = Math.floor((moment % span) / grid) * grid;
        const text = JSON.stringify({
          timestamp: START + 1000 * (seconds + 10_000 * which) + edge,
          type: "av",
          virusFound: "X",
          subject: "s",
          senderEnvelope: `s${which}@x.y`,
          recipients: `r${recipient}@x.y`,
        });
        const place = `stream ${which}, event ${index}`;
        for (const id of assertSame(module, oracle, text, place)) fired.add(id);
      }
    }
    assert.deepEqual([...fired].sort(), ["106002", "106003", "106004"]);
  });
});

// mimecast-udm explain: what a person is told of one line, and that a stranger's line cannot act upon their terminal.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { showsColours } from "../../cli/paint.ts";
import { call, pieces } from "./harness.ts";
import { DELIVERY, MEMBER, NOT_MIMECAST, RECEIPT } from "./lines.ts";

/** What a terminal would act upon, line ends apart: controls, and characters that turn or hide text. */
const ACTIVE = /[^\P{Cc}\n]|\p{Cf}|\p{Zl}|\p{Zp}/u;

/** The lines below `key = `, up to the next key. */
function below(out: string, start: string): string[] {
  const lines = out.split("\n");
  const from = lines.findIndex((line) => line.startsWith(start));
  assert.notEqual(from, -1, `nothing starts with ${start} in\n${out}`);
  const rest = lines.slice(from + 1);
  return rest.slice(
    0,
    rest.findIndex((line) => !line.startsWith("    →")),
  );
}

describe("explain", () => {
  it("tells of each field where it went and who says so", async () => {
    const { status, out, err } = await call(["explain", RECEIPT]);
    assert.deepEqual([status, err], [0, ""]);
    assert.match(out, /^log type {2}receipt\nevent {5}EMAIL_TRANSACTION, Email RECEIPT\n\nFields\n/);
    assert.deepEqual(below(out, "datetime = 2021-05-26T16:47:41+0100"), [
      "    → metadata.event_timestamp                 G, own   RFC 3339, its offset kept; the host's time if absent or unreadable",
    ]);
    assert.deepEqual(
      below(out, "aCode = 7O").map((line) => line.split(/ +/).slice(2, 4).join(" ")),
      ["security_result[].detection_fields[] own", "additional.aCode G,"],
    );
    assert.match(below(out, "TlsVer = TLSv1")[0] ?? "", /→ network\.tls\.version +G\+$/);
    assert.match(below(out, "Subject = hello")[0] ?? "", /→ network\.email\.subject\[\] +G$/);
  });

  it("shows the event, indented", async () => {
    const { out } = await call(["explain", RECEIPT]);
    const event = JSON.parse(out.slice(out.indexOf("\nEvent\n") + "\nEvent\n".length));
    assert.equal(event.metadata.product_log_id, "C0A0");
    assert.match(out, /\nEvent\n\{\n {2}"metadata": \{\n {4}"event_timestamp"/);
  });

  it("reads the line from standard input for -", async () => {
    const given = await call(["explain", RECEIPT]);
    const piped = await call(["explain", "-"], {
      stdin: pieces(RECEIPT.slice(0, 30), RECEIPT.slice(30), "\r\n"),
    });
    assert.deepEqual(piped, given);
  });

  it("says what a key is called that came under another name", async () => {
    const { out } = await call([
      "explain",
      '{"senderEnvelope":"a@example.com","type":"receipt","_offset":7}',
    ]);
    assert.match(out, /^senderEnvelope \(Sender\) = a@example\.com$/m);
    assert.match(below(out, "_offset = 7")[0] ?? "", /→ additional\._offset /);
    assert.deepEqual(below(out, "type = receipt"), [
      "    → nowhere by itself: other members of the event say the same",
    ]);
  });

  it("warns of a forged key and shows the value that lost", async () => {
    const forged = `acc=1|Subject=hi|Sender=ceo@example.com|Sender=real@example.org|Act=Acc`;
    const { status, out } = await call(["explain", forged]);
    assert.equal(status, 0);
    assert.match(out, /^warning {3}parser_duplicate_keys: Sender came more than once\. A stranger may /m);
    assert.match(out, /^Sender = real@example\.org$/m);
    assert.match(
      out,
      /\nDuplicates: values that lost\nSender = ceo@example\.com\n {4}→ additional\["duplicate\.Sender"\]\n/,
    );
    assert.doesNotMatch((await call(["explain", RECEIPT])).out, /warning/);
  });

  it("shows keys that the dictionary does not have, and text before the first key", async () => {
    const { out } = await call(["explain", "<14>host |acc=1|newKey=5|new.key=6"]);
    assert.match(
      out,
      /\nKeys the dictionary does not have\nnewKey = 5\n {4}→ additional\.newKey\nnew\.key = 6\n {4}→ additional\["new\.key"\]\n/,
    );
    assert.match(out, /\nText before the first key\nunparsed = <14>host \n {4}→ additional\.unparsed\n/);
  });

  it("names a key in the event as the event does", async () => {
    const { out } = await call(["explain", '{"acc":"1","extra.x":"2","7":"3","k":"4","k":"5","k":"6"}']);
    for (const name of ["extra.1.extra.x", "extra.2.7", "duplicate.k", "duplicate.2.k"]) {
      assert.ok(out.includes(`    → additional["${name}"]\n`), name);
      assert.ok(out.includes(`    "${name}": `), name);
    }
  });

  it("tells the code and the reason of a line that cannot be mapped, and exits 3", async () => {
    const { status, out, err } = await call(["explain", NOT_MIMECAST]);
    assert.deepEqual([status, err], [3, ""]);
    assert.match(out, /^not mapped: not_mimecast\nthe line has no key that Mimecast's logs have; .+\n$/);
    assert.match((await call(["explain", "{"])).out, /^not mapped: bad_json\n/);
  });

  it("exits 2 for an empty line, for several records, and for a member of API 1.0", async () => {
    const one = JSON.stringify({ type: "MTA", data: [{ acc: "1" }] });
    for (const line of ["", "\r\n", `${RECEIPT}\r${DELIVERY}`, `${RECEIPT}\n${DELIVERY}\n`, MEMBER, one]) {
      const { status, out, err } = await call(["explain", line]);
      assert.deepEqual([status, out], [2, ""], line);
      assert.match(err, /^mimecast-udm: (there is no record to explain|explain takes one record)/, line);
    }
  });

  it("stops reading standard input that is longer than a record", async () => {
    const block = Buffer.alloc(1024 * 1024, "x");
    const { status, err } = await call(["explain", "-"], { stdin: pieces(...Array(40).fill(block)) });
    assert.equal(status, 2);
    assert.match(err, /longer than a record can be/);
  });

  it("leaves out the middle of a long value", async () => {
    const { out } = await call(["explain", `acc=1|Subject=${"a".repeat(500)}${"z".repeat(500)}`]);
    assert.match(out, /^Subject = a{120}…\[840 more\]…z{40}$/m);
  });
});

/** The lines of the section of rules. */
async function rules(line: string): Promise<string[]> {
  const { out } = await call(["explain", line]);
  const lines = out.split("\n");
  const from = lines.indexOf("Rules") + 1;
  assert.notEqual(from, 0, out);
  return lines.slice(from, lines.indexOf("", from));
}

describe("explain and the rules", () => {
  it("tells which fires, what it counts towards, and the first thing that each other one lacks", async () => {
    assert.deepEqual(await rules("acc=1|Virus=X|Subject=s|Sender=a@example.com|Recipient=r@example.com"), [
      "106001: Act is not hld",
      '106002 fires: Malicious email with category "X" sent to r@example.com.',
      "106003: counts towards 3 in 300 s with the same Sender",
      "106004: counts towards 5 in 300 s with the same Sender, each with another Recipient",
      "106005: ScanResultInfo does not contain blocked",
      "106007: Definition does not contain impersonation",
      "106008: Definition does not contain impersonation",
      "106009: reason does not contain malicious",
      "106011: fileName is missing",
    ]);
  });

  it("says what keeps the line from being counted", async () => {
    const lines = await rules("acc=1|Virus=X|Subject=s|Sender=a@example.com");
    assert.ok(lines.includes("106004: does not count this line, Recipient is missing"), lines.join("\n"));
    const blocked = await rules("acc=1|reason=malicious|UrlCategory=Blocked|URL=u|Recipient=r");
    assert.ok(blocked.includes("106010: counts towards 3 in 300 s, each with another Recipient"));
  });

  it("names the first condition that does not hold, not one before it", async () => {
    const lines = await rules("acc=1|Definition=Impersonation|ReplyMismatch=false");
    assert.ok(lines.includes("106007 fires: Internal user  has been impersonated."), lines.join("\n"));
    assert.ok(lines.includes("106008: ReplyMismatch is not true"));
  });

  it("shows where none fires only those that are close", async () => {
    assert.deepEqual(await rules("acc=1|Act=Acc"), ["no rule fires"]);
    assert.deepEqual(await rules("acc=1|Act=Acc|reason=Malicious"), [
      "no rule fires",
      "106009: URL is missing",
    ]);
    const file = { fileName: "a", fileMime: "b", sha256: "00" };
    const far = ["no rule fires", "106011: the line is not one of attachment protect"];
    assert.deepEqual(await rules(JSON.stringify({ type: "av", ...file })), far);
    const [none] = await rules(JSON.stringify({ type: "attachment protect", ...file }));
    assert.notEqual(none, "no rule fires");
  });

  it("agrees with the event, in each dialect", async () => {
    for (const line of [
      "acc=1|Act=Hld",
      "acc=1|fileName=a|fileMime=b|sha256=00|Sender=s",
      '{"type":"process","action":"Hld"}',
      '{"type":"attachment protect","fileName":"a","fileMime":"b","sha256":"00","subject":"s"}',
    ]) {
      const { out } = await call(["explain", line]);
      const event = JSON.parse(out.slice(out.indexOf("\nEvent\n") + "\nEvent\n".length));
      const ids = event.security_result.flatMap((entry: { rule_id?: string }) => entry.rule_id ?? []);
      const fired = (await rules(line)).filter((text) => / fires: /.test(text));
      assert.ok(ids.length > 0);
      assert.deepEqual(
        fired.map((text) => text.slice(0, 6)),
        ids,
        line,
      );
    }
  });

  it("shows in a rule's name what strangers wrote as text, and shortened", async () => {
    const [line = ""] = await rules(`acc=1|Act=Hld|MsgId=\x1b[2J${"m".repeat(500)}`);
    assert.match(line, /^106001 fires: Message \\u001b\[2Jm+…\[\d+ more\]…m+ held for review\.$/);
  });
});

describe("explain and a hostile line", () => {
  it("shows escape sequences instead of passing them on", async () => {
    const { out } = await call([
      "explain",
      "acc=1|Subject=\x1b]0;owned\x07\x1b[2J\u009b31m\x7f\u202egpj.exe|Act=Acc",
    ]);
    assert.match(out, /^Subject = \\u001b\]0;owned\\u0007\\u001b\[2J\\u009b31m\\u007f\\u202egpj\.exe$/m);
    assert.doesNotMatch(out, ACTIVE);
  });

  it("shows those in a key", async () => {
    const { out } = await call(["explain", '{"acc":"1","\\u001b[2J":"x","\\u202e":"y\\nz"}']);
    assert.doesNotMatch(out, ACTIVE);
    assert.match(out, /^\\u001b\[2J = x$/m);
  });

  it("passes none of its own into colours", async () => {
    const { out } = await call(["explain", "acc=1|Subject=\x1b[31mred\x1b[0m|Act=Acc"], { colour: true });
    const own = new Set(out.match(/\p{Cc}\[[\d;]*m/gu));
    assert.deepEqual([...own].sort(), ["\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[32m"]);
    assert.match(out, /\\u001b\[31mred\\u001b\[0m/);
  });

  it("warns of bytes that were no UTF-8", async () => {
    const stdin = pieces("acc=1|Subject=", Uint8Array.of(0xff, 0x9b), "|Act=Acc");
    const { out } = await call(["explain", "-"], { stdin });
    assert.match(out, /^warning {3}U\+FFFD stands for bytes that were no valid UTF-8\.$/m);
  });

  it("is harmless whatever stands in the line", async () => {
    const text = fc.string({ unit: "binary", maxLength: 40 });
    const key = fc.oneof(fc.constantFrom("acc", "Subject", "Sender", "AttNames", "RejInfo", "odd.key"), text);
    const pair = fc.tuple(key, text);
    const line = fc.oneof(
      fc.array(pair).map((pairs) => pairs.map(([name, value]) => `${name}=${value}`).join("|")),
      fc
        .array(pair)
        .map(
          (pairs) => `{${pairs.map((both) => both.map((part) => JSON.stringify(part)).join(":")).join()}}`,
        ),
    );
    await fc.assert(
      fc.asyncProperty(line, async (hostile) => {
        const { status, out, err } = await call(["explain", "-"], { stdin: pieces(hostile) });
        assert.ok([0, 2, 3].includes(status), err);
        assert.doesNotMatch(out + err, ACTIVE);
      }),
      { numRuns: 150 },
    );
  });
});

describe("colours", () => {
  it("are shown on a terminal only, and not with NO_COLOR", () => {
    assert.equal(showsColours({ isTTY: true }, {}), true);
    assert.equal(showsColours({ isTTY: true }, { NO_COLOR: "" }), true);
    assert.equal(showsColours({ isTTY: true }, { NO_COLOR: "1" }), false);
    assert.equal(showsColours({}, {}), false);
  });
});

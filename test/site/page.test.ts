// The playground in a real Chromium: what it shows of a line, and how it is used.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, it } from "node:test";
import type { Page } from "playwright-core";
import { toText } from "../../host/bytes.ts";
import { MimecastModule } from "../../host/module.ts";
import { EXAMPLES } from "../../site/examples.ts";
import { LOG_TYPES } from "../oracle/logtype.ts";
import { noChromium } from "../support/chromium.ts";
import { browsing, paste, texts, visit } from "./harness.ts";

async function choose(page: Page, name: string): Promise<void> {
  const index = EXAMPLES.findIndex((example) => example.name.startsWith(name));
  assert.ok(index >= 0, name);
  await page.selectOption("#example", String(index));
  const { text = "" } = EXAMPLES[index] ?? {};
  const mark = /aCode=([^|]+)|"processingId":"([^"]+)|(sshd)/.exec(text)?.slice(1).find(Boolean);
  await page.locator(".event", { hasText: mark ?? "" }).waitFor();
}

/** The event as the page shows it. */
const shown = async (page: Page): Promise<unknown> => {
  const lines = await texts(page, ".event .json");
  return JSON.parse(lines.join("\n"));
};

const lit = (page: Page, pane: string): Promise<string[]> => texts(page, `${pane} .lit`);

describe("the playground", { skip: noChromium }, () => {
  browsing();

  /** For tests that begin with an input of their own, whatever was there before. */
  let page: Page;
  let complaints: string[];
  before(async () => {
    if (!noChromium) ({ page, complaints } = await visit());
  });

  it("shows of each log type the event that the module makes", async () => {
    const module = await MimecastModule.load("build/mimecast.wasm");
    for (const name of LOG_TYPES) {
      const example = EXAMPLES.find((one) => one.name === name);
      assert.ok(example, `no example of ${name}`);
      await choose(page, name);
      const alone = await module.another();
      const expected = JSON.parse(alone.map(Buffer.from(example.text), "udm", { sec: 0, nsec: 0 }));
      assert.deepEqual(await shown(page), expected);
      assert.equal(await page.textContent("#log-type"), name);
      assert.equal(expected.additional.mimecast_log_type, name);
    }
    assert.deepEqual(complaints, []);
  });

  it("reads the JSON of API 2.0", async () => {
    await choose(page, "API 2.0 JSON: receipt");
    assert.equal(await page.textContent("#log-type"), "receipt");
    assert.ok((await texts(page, ".thing .pair")).includes("senderEnvelope (Sender) = offers@example.net"));
  });

  it("warns of a forged key and shows the value that lost", async () => {
    await choose(page, "forged");
    assert.match(
      (await page.textContent(".alert")) ?? "",
      /^parser_duplicate_keys: Act came more than once\./,
    );
    assert.deepEqual(await texts(page, ".duplicate .pair"), ["Act = Acc\\"]);
    await page.hover(".alert");
    assert.deepEqual(await lit(page, ".duplicate"), ['Act = Acc\\→ additional["duplicate.Act"]']);
    assert.deepEqual(await lit(page, ".event"), ['{ "key": "parser_duplicate_keys", "value": "Act" }own']);
  });

  it("links a field by the pointer with the values that were made of it, and with nothing else", async () => {
    await choose(page, "receipt");
    await page.hover(".thing:has-text('TlsVer')");
    assert.deepEqual(await lit(page, ".event"), ['"version": "TLSv1.3",G+']);
    await page.hover(".event .line:has-text('mail_id')");
    assert.deepEqual(await texts(page, ".field .lit .key"), ["MsgId"]);
    await page.hover("h1");
    assert.deepEqual(await lit(page, "#result"), []);
  });

  it("links by the keyboard: each list is one stop, arrows move in it", async () => {
    await choose(page, "receipt");
    await page.focus(".field [tabindex='0']");
    await page.keyboard.press("ArrowDown");
    assert.deepEqual(await texts(page, ".field [aria-selected='true'] .key"), ["aCode"]);
    assert.deepEqual(
      (await lit(page, ".event")).map((text) => /aCode/.test(text)),
      [true, true],
    );
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowDown");
    assert.equal(await page.locator(".field .thing").last().getAttribute("aria-selected"), "true");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement?.closest(".event") !== null), true);
  });

  it("brings what is linked into sight", async () => {
    const { page } = await visit({ height: 700 });
    await choose(page, "impersonation");
    await page.focus(".field [tabindex='0']");
    for (let i = 0; i < 9; i++) await page.keyboard.press("ArrowDown");
    const isSeen = await page
      .locator(".event .lit")
      .first()
      .evaluate((element) => {
        const [pane, line] = [
          element.closest(".pane")?.getBoundingClientRect(),
          element.getBoundingClientRect(),
        ];
        return pane !== undefined && line.top >= pane.top && line.bottom <= pane.bottom;
      });
    assert.ok(isSeen);
  });

  it("tells which row and origin put a value where", async () => {
    await choose(page, "receipt");
    const [place] = await texts(page, ".thing:has-text('TlsVer') .place");
    assert.equal(place, "→ network.tls.versionG+");
    const row = "network.application_protocol from the log type own SMTP for receipt and delivery";
    await page.hover(".event .line:has-text('SMTP')");
    assert.equal(await page.textContent(".row"), row);
    await page.hover("h1");
    await page.focus(".event [aria-selected='true'], .event [tabindex='0']");
    await page.keyboard.press("Home");
    for (let i = 0; i < 4; i++) await page.keyboard.press("ArrowDown");
    assert.match(
      (await page.textContent(".row")) ?? "",
      /^metadata\.vendor_name from a constant G Mimecast$/,
    );
  });

  it("tells which rules fire, and of the others what is missing", async () => {
    await choose(page, "av");
    const rules = await texts(page, ".rule");
    assert.equal(rules.length, 15);
    assert.match(
      rules[0] ?? "",
      /^106002Malicious email with category "Eicar-Test-Signature" sent to ap@example\.org\.LOW, T1598\.003, T1114$/,
    );
    assert.ok(rules.includes("106001Act is not hld"));
    assert.ok(rules.includes("106003counts towards 3 in 300 s with the same Sender"));
    assert.ok(rules.includes("106006counts 106005, which does not fire"));
    await page.hover(".rule.fires");
    assert.deepEqual(await texts(page, ".field .lit .key"), ["Subject", "Virus"]);
    assert.ok((await lit(page, ".event")).includes('"rule_id": "106002",'));
  });

  it("says of a value that the rows of its field did not take it", async () => {
    await paste(
      page,
      "datetime=2026-11-20T10:46:15+0000|aCode=odd|acc=C0A0|IP=203.0.113.999|Sender=a@example.com",
      "odd",
    );
    assert.deepEqual(await texts(page, ".thing:has-text('203.0.113.999') .refused"), [
      "not taken by principal.ip[], target.ip[]",
    ]);
    assert.equal(await page.locator(".refused").count(), 1);
  });

  it("shows keys that the dictionary does not have, and text before the first key", async () => {
    await paste(page, "<14>host |acc=1|newKey=5", "newKey");
    assert.deepEqual(await texts(page, ".unknown .pair"), ["newKey = 5"]);
    assert.deepEqual(await texts(page, ".unparsed .pair"), ["unparsed = <14>host "]);
  });

  it("tells why a line is not mapped", async () => {
    await choose(page, "no log line");
    assert.match(
      (await page.textContent(".alert.bad")) ?? "",
      /^mimecast_error: not_mimecast the line has no key/,
    );
  });

  it("makes a person go through several lines, with the rules that count them", async () => {
    await choose(page, "four lines");
    assert.equal(await page.textContent("#records"), "4 records, 0 not mapped");
    assert.deepEqual(await texts(page, ".rule.fires .id"), ["106011"]);
    for (const [recipient, fires] of [
      ["joe", ["106011"]],
      ["team", ["106011", "106012", "106013", "106015"]],
      ["ap", ["106011", "106014"]],
    ] as const) {
      await page.click("[aria-label='Next record']");
      await page.locator(".event", { hasText: `${recipient}@example.org` }).waitFor();
      assert.deepEqual(await texts(page, ".rule.fires .id"), fires);
    }
    assert.match(
      (await page.textContent(".raw")) ?? "",
      /^datetime=2026-11-20T09:13:05.+\|Recipient=ap@example\.org\|/,
    );
    await page.click("button.plain:has-text('106012')");
    await page.locator(".event", { hasText: "team@example.org" }).waitFor();
  });

  it("finds the records of a member of API 1.0, and those that a CR glued", async () => {
    const member = JSON.stringify({
      type: "MTA",
      data: [
        { acc: "C0A0", Sender: "one@example.com", Subject: "{[" },
        { acc: "C0A0", Sender: "two@example.com" },
      ],
    });
    const glued =
      "datetime=2026-11-20T10:00:00Z|acc=1|Sender=three@example.com\rdatetime=2026-11-20T10:00:01Z|acc=1|Sender=four@example.com";
    const file = { name: "mixed.siem", mimeType: "text/plain", buffer: Buffer.from(`${member}\r\n${glued}`) };
    await page.setInputFiles("#file", file);
    const raw: string[] = [];
    for (const name of ["one", "two", "three", "four"]) {
      await page.locator(".event", { hasText: `${name}@example.com` }).waitFor();
      raw.push((await page.textContent(".raw")) ?? "");
      await page.click("[aria-label='Next record']");
    }
    assert.deepEqual(raw, [
      '{"acc":"C0A0","Sender":"one@example.com","Subject":"{["}',
      '{"acc":"C0A0","Sender":"two@example.com"}',
      ...glued.split("\r"),
    ]);
  });

  it("takes a line from the fragment, and never sends it", async () => {
    const line = "acc=C0A0|aCode=inFragment|Subject=50% off & more|Sender=a@example.com|Act=Acc";
    const { page, requests } = await visit({ fragment: `#line=${encodeURIComponent(line)}` });
    await page.locator(".event", { hasText: "inFragment" }).waitFor();
    assert.equal(await page.inputValue("#line"), line);
    const link = await page.locator("#link").evaluate((element) => (element as HTMLAnchorElement).href);
    assert.equal(link, page.url());
    assert.ok(requests.every((address) => !address.includes("inFragment") || address === page.url()));
  });

  it("says so when a link was cut", async () => {
    const { page } = await visit({ fragment: "#line=acc%3D1%E2%82" });
    await page.locator("#told", { hasText: "The link is not whole" }).waitFor();
  });

  it("offers the events of a file as convert writes them", async () => {
    const text = `${EXAMPLES.map((example) => example.text).join("\r\n")}\n`;
    await page.setInputFiles("#file", {
      name: "all.siem",
      mimeType: "text/plain",
      buffer: Buffer.from(text),
    });
    await page.locator("[data-state='ended'] strong", { hasText: "all.siem" }).waitFor();
    const [download] = await Promise.all([page.waitForEvent("download"), page.click("#download")]);
    const module = await MimecastModule.load("build/mimecast.wasm");
    const { output } = module.batch(Buffer.from(text), "udm", { sec: 0, nsec: 0 });
    assert.deepEqual(readFileSync(await download.path(), "utf8"), toText(output));
  });

  it("says what to do when it cannot load the module", async () => {
    const { page: broken } = await visit({ without: "mimecast.wasm" });
    await broken.locator("#told", { hasText: "cannot load the module" }).waitFor();
    assert.match(
      (await broken.textContent("#told")) ?? "",
      /; reload the page, or serve the whole of build\/site\/ anew/,
    );
  });

  it("takes a dropped file", async () => {
    const data = await page.evaluateHandle(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File(["acc=C0A0|aCode=dropped|Sender=a@example.com\n"], "receipt_1.siem"));
      return transfer;
    });
    await page.dispatchEvent("main", "drop", { dataTransfer: data });
    await page.locator(".event", { hasText: "dropped" }).waitFor();
    assert.equal(await page.textContent("#summary strong"), "receipt_1.siem");
  });

  it("opens none of several dropped files, and says what to do", async () => {
    const { page } = await visit();
    await paste(page, "acc=C0A0|aCode=before|Sender=a@example.com", "before");
    const data = await page.evaluateHandle(() => {
      const transfer = new DataTransfer();
      for (const name of ["a", "b"])
        transfer.items.add(new File(["acc=C0A0|aCode=dropped\n"], `${name}.siem`));
      return transfer;
    });
    await page.dispatchEvent("main", "drop", { dataTransfer: data });
    await page.locator("#told", { hasText: "2 files were dropped, and none was opened" }).waitFor();
    assert.equal(await page.locator(".event", { hasText: "before" }).count(), 1);
  });

  it("keeps the input where nothing is dropped, and leaves text dropped into the field to the browser", async () => {
    const { page } = await visit();
    await paste(page, "acc=C0A0|aCode=kept|Sender=a@example.com", "kept");
    const drop = (selector: string, text: string): Promise<boolean> =>
      page.evaluate(
        ([where, dropped]) => {
          const dataTransfer = new DataTransfer();
          if (dropped !== "") dataTransfer.setData("text/plain", dropped);
          const event = new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true });
          return document.querySelector(where)?.dispatchEvent(event) ?? false;
        },
        [selector, text] as const,
      );
    assert.equal(await drop("main", ""), false, "the browser would leave the page for what is dropped");
    assert.equal(await page.inputValue("#line"), "acc=C0A0|aCode=kept|Sender=a@example.com");
    assert.equal(await drop("#line", "a word of it"), true);
    assert.equal(await page.inputValue("#line"), "acc=C0A0|aCode=kept|Sender=a@example.com");
    await drop("main", "acc=C0A0|aCode=other|Sender=a@example.com");
    await page.locator(".event", { hasText: "other" }).waitFor();
  });

  it("does not return from a file to what was typed just before", async () => {
    const { page } = await visit();
    await page.evaluate(() => {
      const field = document.querySelector("textarea");
      if (field !== null) field.value = "acc=C0A0|aCode=typed";
      field?.dispatchEvent(new Event("input", { bubbles: true }));
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(["acc=C0A0|aCode=filed|Sender=a@example.com"], "a.siem"));
      document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true }));
    });
    await page.locator(".event", { hasText: "filed" }).waitFor();
    await page.waitForTimeout(300);
    assert.equal(await page.textContent("#summary strong"), "a.siem");
    assert.equal(await page.locator(".event", { hasText: "filed" }).isVisible(), true);
  });
});

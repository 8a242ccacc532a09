// The playground and hostile lines: whatever strangers write is text and nothing else, and nothing leaves the page.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, it } from "node:test";
import { ExplainModule } from "../../host/explain.ts";
import { headersIn } from "../../scripts/web-server.ts";
import { LOG_TYPES } from "../oracle/logtype.ts";
import { noChromium } from "../support/chromium.ts";
import { browsing, paste, texts, type Visit, visit } from "./harness.ts";

const MARKUP = [
  "<script>document.title='owned'</script>",
  "<img src=x onerror=\"document.title='owned'\">",
  "<svg onload=\"document.title='owned'\"><style>*{display:none}</style>",
  '"><iframe srcdoc="<script>parent.document.title=\'owned\'</script>">',
  "<base href=//evil.example.net/><meta http-equiv=refresh content=0;url=//evil.example.net/>",
];

const TURNED = "\u202egpj.exe\u2066\u200b\u001b[2J\u0007";

/** What a browser would act upon or not show. Line ends stand in the page's own text. */
const INVISIBLE = /[^\P{Cc}\n]|\p{Cf}|\p{Zl}|\p{Zp}/u;

/** Tries, in the page, what the policy forbids; names what succeeded. */
async function forbidden(): Promise<string[]> {
  interface TrustedTypes {
    createPolicy(name: string, rules: object): void;
  }
  const { trustedTypes } = globalThis as unknown as { trustedTypes: TrustedTypes };
  const tries: Record<string, () => unknown> = {
    "a request": () => fetch("https://example.com/"),
    // It says true whatever comes of it.
    "a beacon": () =>
      new Promise((done, fail) => {
        addEventListener("securitypolicyviolation", fail, { once: true });
        setTimeout(done, 1000);
        navigator.sendBeacon("https://example.com/");
      }),
    "an image": () =>
      new Promise((done, fail) => {
        const image = new Image();
        image.onload = done;
        image.onerror = fail;
        image.src = "https://example.com/x.png";
      }),
    markup: () => {
      document.body.innerHTML = "<b>x</b>";
    },
    "a script": () => {
      document.createElement("script").text = "document.title = 'owned'";
    },
    evaluation: () => new Function("return 1")(),
    "a worker": () => new Worker("data:text/javascript,0"),
    "another policy": () => trustedTypes.createPolicy("other", {}),
    "the same policy again": () => trustedTypes.createPolicy("mimecast-udm-worker", {}),
  };
  const succeeded: string[] = [];
  for (const [name, attempt] of Object.entries(tries)) {
    try {
      await attempt();
      succeeded.push(name);
    } catch {
      // as it should be
    }
  }
  return succeeded;
}

describe("the playground and strangers", { skip: noChromium }, () => {
  browsing();
  let it0: Visit;
  before(async () => {
    if (!noChromium) it0 = await visit();
  });

  it("shows markup in every field of every log type as text", async () => {
    const { page, complaints } = it0;
    const { fields } = (await ExplainModule.load("build/mimecast-explain.wasm")).describe();
    const elements = new Set<string>();
    for (const [round, type] of LOG_TYPES.entries()) {
      const members = fields.map(({ names: [name] }, index) => [
        name,
        `${MARKUP[(index + round) % MARKUP.length]}${index}`,
      ]);
      const line = {
        ...Object.fromEntries(members),
        type,
        [`${MARKUP[0]}`]: MARKUP[1],
        acc: `round${round}`,
      };
      await paste(page, JSON.stringify(line), `round${round}`);
      assert.equal(await page.textContent("#log-type"), type);
      const values = await texts(page, ".thing .pair");
      for (const [name, value] of members) {
        if (name === "type" || name === "acc") continue;
        assert.ok(values.includes(`${name} = ${value}`), `${name} of ${type}`);
      }
      for (const name of await page.evaluate(() =>
        [...document.querySelectorAll("main *")].map(({ localName }) => localName),
      )) {
        elements.add(name);
      }
    }
    assert.deepEqual(
      [...elements].filter(
        (name) => /script|style|img|svg|frame|base|meta|link|object|embed/.test(name) && name !== "noscript",
      ),
      [],
    );
    assert.equal(await page.title(), "mimecast-udm playground");
    assert.deepEqual(complaints, []);
  });

  it("makes controls and characters that turn text visible, wherever they stand", async () => {
    const { page } = it0;
    for (const line of [
      `acc=1|aCode=turned1|fileName=${TURNED}|Subject=${TURNED}|Virus=${TURNED}|Sender=${TURNED}@example.com`,
      JSON.stringify({ acc: "1", aCode: "turned2", subject: TURNED, [TURNED]: TURNED, virusFound: TURNED }),
      `${TURNED} is no log line turned3`,
    ]) {
      await paste(page, line, /turned\d/.exec(line)?.[0] ?? "");
      const text = await page.evaluate(() => {
        const all = [...document.querySelectorAll("#result *, #told, #summary *")];
        return all
          .flatMap((one) => [one.textContent ?? "", ...[...one.attributes].map(({ value }) => value)])
          .join(" ");
      });
      assert.doesNotMatch(text, INVISIBLE);
      assert.match((await page.textContent(".raw")) ?? "", /\\u202egpj\.exe/);
      assert.match(text, /\\u202egpj\.exe\\u2066\\u200b\\u001b\[2J\\u0007/);
    }
  });

  it("shows a file's name as text", async () => {
    const { page, complaints } = it0;
    const name = `<img src=x onerror=alert(1)>${TURNED}.siem`;
    await page.setInputFiles("#file", {
      name,
      mimeType: "text/plain",
      buffer: Buffer.from("acc=1|aCode=named"),
    });
    await page.locator(".event", { hasText: "named" }).waitFor();
    assert.match(
      (await page.textContent("#summary strong")) ?? "",
      /^<img src=x onerror=alert\(1\)>\\u202egpj/,
    );
    assert.match((await page.getAttribute("#download", "download")) ?? "", /^[\w.-]+\.events\.ndjson$/);
    assert.deepEqual(complaints, []);
  });

  it("asks for its own files and for nothing else", () => {
    const { url, requests } = it0;
    const names = [
      "",
      "icon.svg",
      "main.js",
      "mimecast-explain.wasm",
      "mimecast.wasm",
      "style.css",
      "worker.js",
    ];
    const asked = [...new Set(requests.filter((address) => !address.startsWith("blob:")))].sort();
    // Headless Chromium does not always ask for the icon.
    const wanted = names
      .map((name) => url + name)
      .filter((address) => asked.includes(address) || !address.endsWith("icon.svg"));
    assert.deepEqual(asked, wanted);
  });

  it("is kept from asking elsewhere, in the page and in the worker", async () => {
    const { page, requests, complaints } = await visit();
    await paste(page, "acc=1|aCode=asking", "asking");
    const ask = () =>
      fetch("https://example.com/").then(
        () => "answered",
        () => "refused",
      );
    assert.equal(await page.evaluate(ask), "refused");
    const [worker] = page.workers();
    assert.ok(worker);
    assert.equal(await worker.evaluate(ask), "refused");
    assert.ok(
      requests.every((address) => !address.includes("example.com")),
      "a request left the browser",
    );
    assert.ok(complaints.some((text) => /policy violated: connect-src https:\/\/example\.com/.test(text)));
  });

  for (const isBare of [false, true]) {
    it(`is kept from asking elsewhere and from making scripts of text, ${isBare ? "without" : "with"} headers`, async () => {
      const { page, complaints } = await visit({ isBare });
      // Not `requests`: the browser tells also of those that the policy stops.
      const left: string[] = [];
      await page.context().route(/example\.com/, async (route) => {
        left.push(route.request().url());
        await route.fulfill({ body: "" });
      });
      await paste(page, "acc=1|aCode=guarded", "guarded");
      assert.deepEqual(complaints, []);
      assert.deepEqual(await page.evaluate(forbidden), []);
      assert.deepEqual(left, []);
    });
  }

  it("has the same policy in the page as in _headers, but for what a page cannot say", async () => {
    const { "Content-Security-Policy": header = "" } = await headersIn("site/_headers");
    const [, meta = ""] =
      /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(
        readFileSync("site/index.html", "utf8"),
      ) ?? [];
    assert.deepEqual(
      header.split("; ").filter((directive) => directive !== "frame-ancestors 'none'"),
      meta.split("; "),
    );
    assert.match(header, /^default-src 'none'; .*frame-ancestors 'none'/);
    assert.doesNotMatch(header, /unsafe-inline|'unsafe-eval'|https?:|\*/);
  });
});

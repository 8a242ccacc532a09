import {
  addressAt,
  addressLength,
  hasScheme,
  isAddress,
  isHash,
  isIp,
  isSpace,
  isSpamNumber,
  isUnsigned,
  partEnd,
  thousandths,
} from "../../../assembly/udm/values";
import { misanswered, misjudged, place, placedEnd, placedLength, textOf } from "../support";

/** The address that the text is or holds, or `none`. */
function addressOf(text: string): string {
  const from = place(text, "@");
  if (!isAddress(from, placedLength(from))) return "none";
  return textOf(addressAt(), addressAt() + addressLength());
}

function isMail(text: string): bool {
  const from = place(text, "@x");
  return isAddress(from, placedLength(from));
}

describe("a mail address", () => {
  it("has one @ with something on both sides", () => {
    const texts = ["a@b", "john.doe@example.com", "a@[192.0.2.1]", "a+b=c/d@e", "é@ü.example"];
    expect(misjudged(texts, true, isMail)).toBe("");
    expect(misjudged(["", "@", "a@", "@b", "a", "a@b@c", "@@", "a@@b", "example.com"], false, isMail)).toBe(
      "",
    );
  });

  it("may have spaces and tabs around it", () => {
    const rows: string[][] = [
      [" a@b", "a@b"],
      ["a@b\t ", "a@b"],
      [" \t a@b \t ", "a@b"],
      [" ", "none"],
      ["\t", "none"],
    ];
    expect(misanswered(rows, addressOf)).toBe("");
  });

  it("may stand in angle brackets behind a name", () => {
    const rows: string[][] = [
      ["<a@b>", "a@b"],
      ["John Doe <a@b>", "a@b"],
      ['"Doe, John" <a@b>', "a@b"],
      [" John <a@b> ", "a@b"],
      ["c@d <a@b>", "a@b"],
      ["a < b <a@b>", "a@b"],
      ["<a@b> <c@d>", "c@d"],
    ];
    expect(misanswered(rows, addressOf)).toBe("");
  });

  it("stands alone in its brackets, which are the last and close at the end", () => {
    const texts = [
      "< a@b>",
      "<a@b >",
      "<>",
      "<a>",
      "<<>",
      "<a@b",
      "a@b>",
      ">",
      "<a@b>x",
      "<a@b> x",
      "a@b>>",
      "<a@b>>",
    ];
    expect(misjudged(texts, false, isMail)).toBe("");
  });

  it("has no blanks, control characters or angle brackets in it", () => {
    const texts = [
      "a b@c",
      "a@b c",
      "a\t@b",
      "a@b\nc",
      "a@b\0",
      "a@b\x7f",
      "\x01@b",
      "a<@b",
      "a>b@c",
      "a@b,c d",
    ];
    expect(misjudged(texts, false, isMail)).toBe("");
    for (let value: u8 = 0; value < 0x80; value++) {
      const from = place("ab@c", "@");
      store<u8>(from, value, 1);
      const fits =
        value > 0x20 && value != 0x7f && value != 0x3c && value != 0x3e && value != 0x40 && value != 0x22;
      expect(isAddress(from, 4)).toBe(fits, `byte ${value}`);
    }
  });

  it("may have quotes, an even number, in which @ does not count", () => {
    expect(misjudged(['"a"@b', '"a@c"@b', 'a"@"@b', '""@b', 'a@"b"', '"@""@"@b'], true, isMail)).toBe("");
    expect(misjudged(['"a@b', 'a"@b', 'a@b"', '"a@b"', '"""@b', '"a b"@c', '"a"', '""'], false, isMail)).toBe(
      "",
    );
  });

  it("has none of them at any of its places", () => {
    const address = "d-patel.invoices+0123456789@example.com";
    const wrong: string[] = [];
    for (let at = 0; at < address.length; at++) {
      for (let value = 0; value < 256; value++) {
        const from = place(address, "@");
        store<u8>(from + at, <u8>value);
        const isSign = address.charCodeAt(at) == 0x40;
        // At its ends blanks do not belong to it; a `>` at its end has no `<`.
        const isEnd = (at == 0 || at == address.length - 1) && (value == 0x20 || value == 0x09);
        const fits = value > 0x20 && value != 0x7f && value != 0x3c && value != 0x3e && value != 0x22;
        const expected = isEnd || (isSign ? value == 0x40 : fits && value != 0x40);
        if (isAddress(from, address.length) != expected) wrong.push(`${value} at ${at}`);
      }
    }
    expect(wrong.join("\n")).toBe("");
  });

  it("ends where it ends", () => {
    const from = place("a@bcdef>");
    expect(isAddress(from, 2)).toBe(false);
    expect(isAddress(from, 3)).toBe(true);
    expect(<u32>addressLength()).toBe(3);
  });
});

/** The parts of a list, joined by ¶. */
function partsOf(text: string): string {
  let from = place(text, ",");
  const end = placedEnd();
  const parts: string[] = [];
  while (from <= end) {
    const next = partEnd(from, end);
    parts.push(textOf(from, next));
    from = next + 1;
  }
  return parts.join("¶");
}

describe("a list", () => {
  it("is split at commas outside of quotes", () => {
    const rows: string[][] = [
      ["a", "a"],
      ["a,b", "a¶b"],
      ["a,,b,", "a¶¶b¶"],
      ["", ""],
      ['"a,b",c', '"a,b"¶c'],
      ['a"b,c"d,e', 'a"b,c"d¶e'],
      ['"a,b', '"a,b'],
      ['a","b","c', 'a","b","c'],
    ];
    expect(misanswered(rows, partsOf)).toBe("");
  });

  it("is split there wherever they stand", () => {
    const wrong: string[] = [];
    let seed: u32 = 1;
    for (let turn = 0; turn < 20000; turn++) {
      let text = "";
      for (let i = 0; i < turn % 50; i++) {
        seed = seed * 1664525 + 1013904223;
        text += 'a,b"cdefghij'.charAt(<i32>((seed >> 16) % (turn % 2 == 0 ? 12 : 4)));
      }
      let expected = "";
      let quoted = false;
      for (let i = 0; i < text.length; i++) {
        const c = text.charAt(i);
        if (c == '"') quoted = !quoted;
        expected += c == "," && !quoted ? "¶" : c;
      }
      if (partsOf(text) != expected) wrong.push(text);
    }
    expect(wrong.join("\n")).toBe("");
  });
});

describe("a space", () => {
  it("is a space or a tab", () => {
    for (let value = 0; value < 256; value++) expect(isSpace(<u8>value)).toBe(value == 0x20 || value == 9);
  });
});

function isNumber(text: string): bool {
  const from = place(text, "1");
  return isUnsigned(from, placedLength(from));
}

describe("an unsigned number", () => {
  it("has decimal digits and no leading zero", () => {
    expect(misjudged(["0", "1", "9", "10", "65536", "1234567890123456789"], true, isNumber)).toBe("");
    expect(
      misjudged(["", "00", "01", "+1", "-1", "1.0", "1e3", " 1", "1 ", "0x1", "1,000", "١"], false, isNumber),
    ).toBe("");
    expect(misjudged(["/", ":", "1/", "1:"], false, isNumber)).toBe("");
  });

  it("is at most 18446744073709551615", () => {
    const least = [
      "9999999999999999999",
      "10000000000000000000",
      "18446744073709551614",
      "18446744073709551615",
    ];
    const most = [
      "18446744073709551616",
      "18446744073709551619",
      "18446744073709551620",
      "18446744073709551700",
    ];
    expect(misjudged(least, true, isNumber)).toBe("");
    expect(misjudged(most, false, isNumber)).toBe("");
    expect(
      misjudged(["20000000000000000000", "99999999999999999999", "100000000000000000000"], false, isNumber),
    ).toBe("");
    expect(misjudged(["184467440737095516150", "1844674407370955161x"], false, isNumber)).toBe("");
  });
});

function isMd5(text: string): bool {
  const from = place(text, "0");
  return isHash(from, placedLength(from), 32);
}

describe("a hash", () => {
  it("has as many hexadecimal digits as it should, of any case", () => {
    const texts = ["d41d8cd98f00b204e9800998ecf8427e", "D41D8CD98F00B204E9800998ECF8427E", "0".repeat(32)];
    expect(misjudged(texts, true, isMd5)).toBe("");
  });

  it("has nothing else", () => {
    const texts = [
      "",
      "0".repeat(31),
      "0".repeat(33),
      "0".repeat(40),
      `${"0".repeat(31)}g`,
      `${"0".repeat(31)} `,
    ];
    expect(misjudged(texts, false, isMd5)).toBe("");
    expect(
      misjudged(
        [`g${"0".repeat(31)}`, `0x${"0".repeat(30)}`, `${"0".repeat(15)}-${"0".repeat(16)}`],
        false,
        isMd5,
      ),
    ).toBe("");
  });

  it("has nothing else at any of its places", () => {
    const wrong: string[] = [];
    for (let at: usize = 0; at < 32; at++) {
      for (let value = 0; value < 256; value++) {
        const from = place("d41d8cd98f00b204e9800998ecf8427e", "g");
        store<u8>(from + at, <u8>value);
        const isDigit = value >= 0x30 && value <= 0x39;
        const small = value | 0x20;
        if (isHash(from, 32, 32) != (isDigit || (small >= 0x61 && small <= 0x66)))
          wrong.push(`${value} at ${at}`);
      }
    }
    expect(wrong.join("\n")).toBe("");
  });
});

function isAddressOfHost(text: string): bool {
  const from = place(text, "1");
  return isIp(from, placedLength(from));
}

/** The same with other bytes behind, that could go on with an address. */
function isAddressBeforeMore(text: string): bool {
  const from = place(text, ".1:");
  return isIp(from, placedLength(from));
}

describe("an IPv4 address", () => {
  it("has four decimal numbers up to 255", () => {
    const texts = [
      "0.0.0.0",
      "1.2.3.4",
      "192.0.2.1",
      "255.255.255.255",
      "10.20.30.40",
      "127.0.0.1",
      "249.250.199.100",
    ];
    expect(misjudged(texts, true, isAddressOfHost)).toBe("");
    expect(misjudged(texts, true, isAddressBeforeMore)).toBe("");
  });

  it("has no other form", () => {
    const numbers = [
      "256.0.0.1",
      "1.2.3.256",
      "1.2.3.999",
      "1.2.3.1000",
      "01.2.3.4",
      "1.2.3.04",
      "00.0.0.0",
      "1.2.3.00",
    ];
    const parts = [
      "1.2.3",
      "1.2.3.",
      "1.2.3.4.",
      "1.2.3.4.5",
      ".1.2.3.4",
      "1..2.3",
      "1.2.3.4 ",
      " 1.2.3.4",
      "1,2,3,4",
      "1",
    ];
    const words = [
      "",
      ".",
      "...",
      "a.b.c.d",
      "1.2.3.a",
      "0x7f.0.0.1",
      "1.2.3.-4",
      "+1.2.3.4",
      "1.2.3.4/24",
      "1.2.3.4:25",
      "2130706433",
    ];
    expect(misjudged(numbers, false, isAddressOfHost)).toBe("");
    expect(misjudged(parts, false, isAddressOfHost)).toBe("");
    expect(misjudged(words, false, isAddressOfHost)).toBe("");
    expect(misjudged(["1.2.3", "1.2.3.", "1.2", "1"], false, isAddressBeforeMore)).toBe("");
  });
});

describe("an IPv6 address", () => {
  it("has eight groups, or fewer and ::", () => {
    const whole = [
      "1:2:3:4:5:6:7:8",
      "2001:db8:0:0:8:800:200c:417a",
      "ABCD:EF01:2345:6789:abcd:ef01:2345:6789",
      "0:0:0:0:0:0:0:0",
    ];
    const gaps = [
      "::",
      "::1",
      "1::",
      "fe80::1",
      "2001:db8::8:800:200C:417A",
      "1::8",
      "1:2:3:4:5:6:7::",
      "::2:3:4:5:6:7:8",
      "1:2:3::5:6:7:8",
    ];
    expect(misjudged(whole, true, isAddressOfHost)).toBe("");
    expect(misjudged(gaps, true, isAddressOfHost)).toBe("");
  });

  it("may end with an IPv4 address", () => {
    const texts = [
      "::1.2.3.4",
      "::ffff:192.0.2.128",
      "64:ff9b::192.0.2.33",
      "1:2:3:4:5:6:1.2.3.4",
      "1::1.2.3.4",
      "1:2:3:4:5::1.2.3.4",
    ];
    expect(misjudged(texts, true, isAddressOfHost)).toBe("");
  });

  it("has no more or fewer groups", () => {
    const texts = [
      "1:2:3:4:5:6:7",
      "1:2:3:4:5:6:7:8:9",
      "1:2:3:4:5:6:7:8::",
      "::1:2:3:4:5:6:7:8",
      "1:2:3:4::5:6:7:8",
      "1",
    ];
    expect(misjudged(texts, false, isAddressOfHost)).toBe("");
    expect(
      misjudged(
        ["1:2:3:4:5:6:7:1.2.3.4", "1:2:3:4:5:1.2.3.4", "1:2:3:4:5:6::1.2.3.4", "1.2.3.4::", "1:1.2.3.4:2"],
        false,
        isAddressOfHost,
      ),
    ).toBe("");
  });

  it("has one :: at most, and no colon alone at its start or end", () => {
    const texts = [
      ":",
      ":::",
      "1:::2",
      "::1::",
      "1::2::3",
      ":1",
      "1:",
      ":1:2:3:4:5:6:7",
      "1:2:3:4:5:6:7:",
      "1::2:",
      ":1::2",
      "::1:",
    ];
    expect(misjudged(texts, false, isAddressOfHost)).toBe("");
  });

  it("has groups of one to four hexadecimal digits", () => {
    const texts = [
      "12345::",
      "::12345",
      "g::",
      "::g",
      "1:2:3:4:5:6:7:00008",
      "::-1",
      ":: 1",
      "::1 ",
      "0x1::",
    ];
    expect(misjudged(texts, false, isAddressOfHost)).toBe("");
    expect(
      misjudged(
        ["::1.2.3", "::1.2.3.4.5", "::256.1.1.1", "::01.2.3.4", "::a.2.3.4", "::1.2.3.a", "::.1.2.3"],
        false,
        isAddressOfHost,
      ),
    ).toBe("");
  });

  it("has no zone, brackets or prefix length", () => {
    expect(
      misjudged(
        ["fe80::1%eth0", "fe80::1%1", "[::1]", "::1/128", "[::1]:25", "IPv6:::1"],
        false,
        isAddressOfHost,
      ),
    ).toBe("");
  });

  it("ends where it ends", () => {
    const from = place("1:2:3:4:5:6:7:8");
    for (let length: usize = 0; length < 15; length++) {
      if (isIp(from, length)) expect(textOf(from, from + length)).toBe("", "was taken");
    }
  });
});

/** The number in thousandths, or `none`. */
function scoreOf(text: string): string {
  const from = place(text, "1");
  return isSpamNumber(from, placedLength(from)) ? thousandths().toString() : "none";
}

describe("a spam number", () => {
  it("has digits, a sign and a fraction", () => {
    const rows: string[][] = [
      ["0", "0"],
      ["7", "7000"],
      ["28", "28000"],
      ["007", "7000"],
      ["0.5", "500"],
      ["0.05", "50"],
      ["0.005", "5"],
      ["7.125", "7125"],
      ["-1", "-1000"],
      ["-0.5", "-500"],
      ["-0", "0"],
      ["999999999", "999999999000"],
      ["999999999.999", "999999999999"],
      ["-999999999.999", "-999999999999"],
    ];
    expect(misanswered(rows, scoreOf)).toBe("");
  });

  it("is cut to three places behind the point, and to 999999999", () => {
    const rows: string[][] = [
      ["28.12345", "28123"],
      ["0.0009", "0"],
      ["-0.1239", "-123"],
      [`7.${"9".repeat(400)}`, "7999"],
      ["1000000000", "999999999000"],
      ["-1000000000.5", "-999999999500"],
      ["9".repeat(400), "999999999000"],
      [`${"0".repeat(400)}7`, "7000"],
    ];
    expect(misanswered(rows, scoreOf)).toBe("");
  });

  it("has no other form", () => {
    const texts = [
      "",
      "-",
      ".",
      "-.",
      ".5",
      "5.",
      "+5",
      "1.2.3",
      "1.2345x",
      "1234567890x",
      "1,5",
      "1e3",
      "--1",
      "1-",
      " 1",
      "1 ",
      "x",
      "-.5",
    ];
    for (let i = 0; i < texts.length; i++) expect(scoreOf(texts[i])).toBe("none", texts[i]);
  });
});

function isWhole(text: string): bool {
  const from = place(text, "//");
  return hasScheme(from, placedLength(from));
}

describe("a URL", () => {
  it("has a scheme where // follows its colon", () => {
    expect(
      misjudged(["http://a", "HTTPS://a", "h://", "a.b://c", "a+b-c.1://d", "http://"], true, isWhole),
    ).toBe("");
  });

  it("has a scheme where anything but a digit follows, and no dot stands before", () => {
    expect(
      misjudged(
        ["mailto:a@b", "javascript:alert(1)", "data:,x", "tel:+1", "http:/a", "about: "],
        true,
        isWhole,
      ),
    ).toBe("");
  });

  it("has none where it may be a host and a port, or ends at the colon", () => {
    expect(
      misjudged(
        ["localhost:8080", "a.b:x", "example.com:80", "tel:1", "a:", "http:", "a.b:/c"],
        false,
        isWhole,
      ),
    ).toBe("");
  });

  it("has none without a colon, or where something else comes first", () => {
    const texts = [
      "",
      "a",
      "www.example.com",
      "example.com/a:b",
      "1http://a",
      "://a",
      ":a",
      "//a",
      "a/b://c",
      "a b:c",
      "é:c",
      "a_b://c",
    ];
    expect(misjudged(texts, false, isWhole)).toBe("");
  });
});

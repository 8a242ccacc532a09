// Values as Mimecast writes them and values that just miss that form, one arbitrary a field. What an attacker
// would write is in hostile.ts; lines.ts makes lines of both. Everything here is invented; addresses are of
// the documentation ranges and names of RFC 2606.

import fc from "fast-check";

export type Text = fc.Arbitrary<string>;

export const one = (...choices: string[]): Text => fc.constantFrom(...choices);
/** One of the texts between the broken bars. */
export const listed = (...lists: string[]): Text =>
  fc.constantFrom(...lists.flatMap((list) => list.split("¦")));
const digits = (length: number): Text =>
  fc.nat(10 ** length - 1).map((number) => String(number).padStart(length, "0"));
const letters = fc.string({
  unit: fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz"),
  minLength: 1,
  maxLength: 8,
});
const hex = (length: number): Text =>
  fc.tuple(fc.nat(), fc.boolean()).map(([number, upper]) =>
    number
      .toString(16)
      .padStart(8, upper ? "ABCDEF01" : "0")
      .repeat(9)
      .slice(0, length),
  );

const domain = listed(`example.com¦mail.example.org¦Example.NET¦xn--bcher-kva.example¦bücher.example¦a.b`);
const plainAddress: Text = fc
  .tuple(fc.oneof(letters, listed(`o'brien¦"quoted, local"¦"a@b"¦first.last+tag¦ÄÖ¦x=y¦$r2`)), domain)
  .map(([local, host]) => `${local}@${host}`);
const namedAddress: Text = fc
  .tuple(listed(`Jane Tan¦"Tan, Jane"¦<b> Bold¦名前¦¦O"Neill¦a@b`), plainAddress)
  .map(([name, mail]) => `${name} <${mail}>`);
const oddAddress = listed(
  `a@b¦@b¦a@¦a@b@c¦a b@c¦<>¦<a@b>¦ a@b\t¦a@b>¦<a@b¦x <a@b> y¦x <c@d> <a@b>¦"a@b¦"a"@b¦"@"@"@"`,
  `<a@b>>¦a\u00a0b@c¦a\x7f@b¦a\u0001@b¦x <a@b >¦MAILER-DAEMON¦＠@＠`,
);
const address = fc.oneof(
  { weight: 6, arbitrary: plainAddress },
  { weight: 2, arbitrary: namedAddress },
  oddAddress,
);
const addressList = fc.oneof(
  { weight: 4, arbitrary: plainAddress },
  fc.array(address, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(",")),
  fc.array(address, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(", ")),
  listed(`a@b,¦,a@b¦a@b,,c@d¦a@b , c@d¦"x,y"@b,c@d¦"x,y@b,c@d¦undisclosed¦a@b,nobody¦a@b;c@d`),
);

const ip = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(fc.nat(255), fc.nat(255)).map(([a, b]) => `192.0.${a}.${b}`) },
  listed(
    `2001:db8::1¦::¦::1¦1::¦2001:DB8:0:0:8:800:200C:417A¦::ffff:192.0.2.1¦1:2:3:4:5:6:7::`,
    `::2:3:4:5:6:7:8`,
  ),
  one(
    "64:ff9b::192.0.2.33",
    "1:2:3:4:5:6:192.0.2.1",
    "1:2:3:4::192.0.2.1",
    "0000:0000:0000:0000:0000:0000:0000:0000",
  ),
  listed(`1.2.3¦1.2.3.4.5¦1.2.3.256¦01.2.3.4¦1.2.3.4 ¦0.0.0.0¦255.255.255.255¦1.2.3.¦.1.2.3.4¦1..2.3`),
  listed(
    `1:2:3:4:5:6:7:8:9¦1:2:3:4:5:6:7:8::¦1::2::3¦:::¦:1:2:3:4:5:6:7¦1:2:3:4:5:6:7:¦fe80::1%eth0`,
    `12345::¦1:2:3::4:5::6:7:8`,
  ),
  listed(
    `g::1¦::1.2.3.4.5¦1.2.3.4::¦::01.2.3.4¦1:2:3:4:5:6:7:1.2.3.4¦[::1]¦::1/64¦1:2:3:4:5:6:7¦:`,
    `1::2:3:4:5:6:7:8`,
  ),
  one("Internal IP", "true", "0x7f.1.1.1", "１.2.3.4"),
);

const unsigned = fc.oneof(
  { weight: 4, arbitrary: fc.nat().map(String) },
  listed(`0¦00¦01¦-1¦+1¦1.0¦1e3¦ 1¦1 ¦0x10¦١`),
  listed(`18446744073709551615¦18446744073709551616¦18446744073709551614¦99999999999999999999`, `4294967296`),
);

const spamNumber = fc.oneof(
  { weight: 3, arbitrary: fc.nat(60).map(String) },
  fc.tuple(fc.integer({ min: -30, max: 60 }), fc.nat(999)).map(([whole, part]) => `${whole}.${part}`),
  listed(`7¦20¦6.999¦19.999¦7.0¦-0¦0.0¦999999999.999¦1000000000¦1.2345¦1.¦.5¦-¦7,5¦NaN`),
  listed(`28¦14¦28.001¦27.999¦55.999¦56¦0.001¦0.002¦007¦--1¦1e1`),
);

const date = fc
  .tuple(
    fc.integer({ min: 1, max: 9999 }),
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: 31 }),
    fc.nat(86399),
  )
  .map(([year, month, day, second]) => {
    const padded = [month, day].map((part) => String(part).padStart(2, "0")).join("-");
    return `${String(year).padStart(4, "0")}-${padded}T${new Date(second * 1000).toISOString().slice(11, 19)}`;
  });
const zone = listed(`+0000¦+0100¦-0330¦Z¦¦+05:30¦-00:00¦+2359¦+2400¦+0060¦z¦+1¦ +0100¦ZZ¦+01000`);
const datetime = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .nat(86399)
      .map((second) => `2024-02-29T${new Date(second * 1000).toISOString().slice(11, 19)}+0100`),
  },
  fc
    .tuple(
      date,
      fc.oneof({ weight: 3, arbitrary: one("") }, listed(`.1¦.123¦.123456789¦.1234567890¦.¦,5`)),
      zone,
    )
    .map((parts) => parts.join("")),
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 4102444800000 }).map(String) },
  listed(
    `2021-05-26T16: 47:41+0100¦2021-05-26T16:  47:41¦2021-05-26T16:47: 41¦2021-05-26 16:47:41`,
    `2021-05-26t16:47:41Z`,
  ),
  listed(
    `1900-02-29T00:00:00¦2000-02-29T00:00:00¦0000-01-01T00:00:00Z¦2021-13-01T00:00:00`,
    `2021-00-01T00:00:00¦2021-01-00T00:00:00`,
  ),
  listed(
    `2021-05-26T24:00:00¦2021-05-26T23:60:00¦2021-05-26T23:59:60Z¦2021-05-26T16:47¦2021-05-26`,
    `yesterday¦2021-05-26T16:47:41+-100`,
  ),
  listed(
    `253402300799999¦253402300800000¦000000000000000¦0000000000000000¦1¦-1¦1.7e12¦1715708287466.0`,
    `999999999999999`,
  ),
);

const flag = listed(`true¦false¦True¦FALSE¦Yes¦No¦yes¦NO¦0¦maybe`);
const dir = listed(`Inbound¦Outbound¦Internal¦External¦inbound¦OUTBOUND¦iNtErNaL¦external¦Sideways¦Inbound `);
const freeText = fc.oneof(
  {
    weight: 3,
    arbitrary: listed(
      `Invoice 4711¦Re: Fwd: Q3 = great¦50% off | today only¦naïve café¦😀 emoji¦Ctrl\u0001\u001f¦x`,
    ),
  },
  fc.string({ unit: "binary", maxLength: 12 }).map((text) => text.replaceAll("\n", " ")),
);

const detail = fc
  .array(
    fc.tuple(
      listed(`spf¦dkim¦dmarc¦SPF¦arc¦sp\\u0066`),
      fc
        .array(
          fc.tuple(
            one("allow", "info", "allow", "other"),
            listed(`true¦false¦"SPF_FAIL"¦"a\\"b"¦1.50¦null¦""¦"\\ud800"¦[1]¦"a|Act=Rej"¦{"info":1}¦"null"`),
          ),
          { maxLength: 3 },
        )
        .map((parts) => `{${parts.map(([name, value]) => `"${name}":${value}`).join(",")}}`),
    ),
    { maxLength: 4 },
  )
  .map((checks) => `{${checks.map(([name, value]) => `"${name}":${value}`).join(",")}}`);
const spamProcessingDetail = fc.oneof(
  { weight: 5, arbitrary: detail },
  detail.map((json) => JSON.stringify(json)),
  detail.map((json) => JSON.stringify(JSON.stringify(json))),
  detail.map((json) => ` ${json.replaceAll(":", " : ")} `),
  detail.map((json) => json.slice(0, -1)),
  listed(
    `{}¦[]¦null¦"spf"¦true¦DKIM fails¦{"spf":true}¦{"spf":{"info":"x"},"spf":[]}`,
    `{"spf":{"info":"x"}} x`,
  ),
  fc
    .constantFrom(127, 128, 129)
    .map((depth) => `{"spf":{"info":"x"},"deep":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`),
);

const rejType = listed(
  `Manual Envelope Rejection¦IP Found in RBL¦Malicious QRCode Detection¦Header Rejected`,
  `Anti-Spoofing Lockout¦Connection Attempt¦Envelope Rejected¦Invalid Recipient Address`,
  `Message Loop Detected¦Virus Signature Detection¦DMARC Sender Invalid`,
  `Recipient email address is possibly incorrect¦SPF failed¦dkim¦IMPERSONATion¦Malware¦Phish`,
  `spam virus¦bad reputation¦content policy¦virus qrcode¦ſpam¦Header  Rejected¦header reject`,
  `manual`,
);

const fileName = listed(
  `report.pdf¦C:\\temp\\a.exe¦Invoice | final.docx¦he said "hi".txt¦a,b.txt¦räksmörgås.xlsm¦...`,
  `x=y.doc¦/etc/passwd`,
);
const attNames = fc.oneof(
  fc
    .array(fileName, { minLength: 1, maxLength: 3 })
    .map((names) => names.map((name) => `"${name}"`).join(", ")),
  fc.array(fileName, { minLength: 1, maxLength: 3 }).map((names) => names.join(",")),
  listed(`"¦""¦,¦, ,¦"a,b¦a"b"c¦" a "¦"a.docx", "b.xlsx"¦"a.docx","b.xlsx",¦\ta.txt ¦","¦"a","¦a\\`),
);
const malachite = listed(
  `receipt_x.siem¦process_¦delivery_1¦jrnl_1¦av_1¦spameventthread_2¦ttp_url_3¦ttp_ap_4`,
  `impersonation_5¦iep_6¦/spool/receipt_1.siem¦C:\\spool\\av_9.siem¦spool/ttp_url_/x.siem`,
  `Receipt_1¦receipt¦mta_receipt_1¦receipt_/¦/spool/jrnl_¦ttp_x`,
);
const url = fc.oneof(
  domain.map((host) => `https://${host}/a?b=c|d`),
  listed(
    `example.com/path¦http://x¦mailto:a@b¦hxxp://x¦localhost:8080¦example.com:foo¦data:¦data:x`,
    `a.b:c¦a.b://c`,
  ),
  listed(
    `javascript:alert(1)¦1http://x¦://x¦tel:+1¦tel:1¦x:¦a+b-c:d¦//host/path¦ftp.example.com://x`,
    `é:x¦h-1.2+://`,
  ),
);

/** By first name; every other field has freeText. */
const BY_FIELD: Record<string, Text> = {
  datetime,
  aCode: fc.tuple(letters, digits(6)).map((parts) => parts.join("-")),
  acc: fc.oneof(
    { weight: 9, arbitrary: one("C0A0", "CUSA102A236") },
    one("x".repeat(256), "x".repeat(257), `${"é".repeat(128)}`, `${"é".repeat(128)}x`),
  ),
  IP: ip,
  SourceIP: ip,
  senderIp: ip,
  destinationIp: ip,
  MimecastIP: flag,
  CustomerIP: flag,
  RejType: rejType,
  RejCode: one("550", "451", "0"),
  RejInfo: freeText,
  Error: freeText,
  Err: freeText,
  Dir: dir,
  Route: fc.oneof(dir, one("Default delivery route")),
  headerFrom: address,
  Sender: address,
  Rcpt: addressList,
  Recipient: addressList,
  recipients: addressList,
  Act: listed(`Acc¦Rej¦Ign¦Bnc¦Hld¦Sdbx¦Rty¦acc¦REJ¦Accept`),
  Action: listed(`Hold¦None¦Block¦Allow¦warn¦WARN¦allow¦Delete`),
  action: listed(`Acc¦Rej¦Hld¦Hold¦None¦Block¦warn¦odd`),
  TlsVer: one("TLSv1", "TLSv1.2", "TLSv1.3"),
  Cphr: one("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDHE"),
  UseTls: flag,
  Delivered: flag,
  TaggedMalicious: flag,
  TaggedExternal: flag,
  ReplyMismatch: flag,
  Hld: listed(`Spm¦Att¦RcptLimit¦Exp¦Imp¦Sbx¦Oth¦Url¦Ctnt¦Dpp¦RBL¦Bec¦rbl¦SPM¦rcptlimit¦Spam¦New`),
  AttSize: unsigned,
  AttCnt: unsigned,
  MsgSize: unsigned,
  Snt: unsigned,
  Size: unsigned,
  emailSize: unsigned,
  AttNames: attNames,
  MsgId: fc.tuple(letters, domain).map(([id, host]) => `<${id}@${host}>`),
  Subject: freeText,
  fileName,
  fileExt: one("pdf", ".xlsm"),
  fileMime: one("application/pdf", "text/html"),
  sha256: fc.oneof({ weight: 3, arbitrary: hex(64) }, hex(63), hex(40), one("g".repeat(64))),
  sha1: fc.oneof({ weight: 3, arbitrary: hex(40) }, hex(41), hex(64)),
  md5: fc.oneof({ weight: 3, arbitrary: hex(32) }, hex(31), one(`${"0".repeat(31)}x`)),
  SenderDomain: domain,
  URL: url,
  UrlCategory: one("Blocked", "Phishing & Fraud", "Business"),
  ScanResultInfo: one("Blocked URL Category", "Malicious"),
  reason: one("malicious", "MALICIOUS", "clean", "malicious link"),
  Definition: one("Default Impersonation Definition", "Bulk"),
  Virus: one("EICAR", "Win32.Trojan"),
  SpamScore: spamNumber,
  SpamLimit: spamNumber,
  SpamInfo: one("[]", "[spam,bulk]"),
  SpamProcessingDetail: spamProcessingDetail,
  Latency: one("381", "0.5"),
  Attempt: one("1", "7"),
  type: listed(
    `receipt¦Process¦DELIVERY¦journal¦av¦spam¦attachment protect¦URL Protect`,
    `internal email protect¦impersonation protect¦MTA¦url  protect`,
  ),
  filename_for_malachite: malachite,
  Hostname: domain,
};

export function sampleOf(field: string): Text {
  return (Object.hasOwn(BY_FIELD, field) ? BY_FIELD[field] : undefined) ?? freeText;
}

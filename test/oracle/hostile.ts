// What strangers, or a broken sender, may put into a line: text that forges fields, names nobody knows, bytes
// that are no UTF-8. lines.ts puts it where it hurts.

import fc from "fast-check";
import { listed, one, type Text } from "./samples.ts";

/** Text that tries to become another field, to hide one, or to break the reader. */
export const hostileText: Text = fc.oneof(
  listed(`¦¦null¦<>¦Null¦ ¦\\¦\\\\¦\\x¦x\\¦\\x\\¦\\\\x\\\\¦\\<>\\¦\\null\\¦|¦\\||\\¦\\|`),
  listed(
    `x|IP=6.6.6.6¦x|Sender=ceo@example.com¦x|Act=Acc|¦|Rcpt=evil@example.com¦x|unknown=1`,
    `x|Act =Acc¦x|act=Acc¦x||Act=Acc¦x| Act=Acc`,
  ),
  listed(
    `x|datetime=2000-01-01T00:00:00Z¦x\\|Subject=\\y¦x|Subject=`,
    `a|Size=1|AttSize=2|MimecastIP=true¦x|=y¦x|a b=c¦x|1a=b¦x|-=¦x|é=y`,
  ),
  listed(
    `x\ry¦x\u0000y¦\u0000¦\u007f¦\u2028¦\ufeff¦\ufeffx¦\ufffd¦tab\there¦"¦'¦\\"¦{¦{"a":1}¦[1, 2]`,
    `a=b=c`,
  ),
  listed(`extra.1.x¦duplicate.IP¦\\u0041¦𝔘𝔫𝔦¦😀¦x|_offset=1¦x|x-y.z_1=2`),
  one("x".repeat(300), "|".repeat(20), `x${"|".repeat(9)}y`),
);

/** Names the dictionary does not know. */
export const unknownName: Text = fc.oneof(
  {
    weight: 9,
    arbitrary: listed(
      `newKey¦X-Foo¦a.b_c-d¦SUBJECT¦ip¦Iphone¦duplicate.IP¦duplicate.¦extra.1.x¦extra.9¦unparsed`,
      `mimecast_log_type¦1abc¦0¦_x¦-x¦.x¦toString¦__proto__¦constructor¦host¦time¦subType¦Datetime`,
      `datetime2¦k1¦k2¦k3¦mimecast_error¦log¦message¦record¦mimecast¦parser_duplicate_keys`,
    ),
  },
  one("k".repeat(64), "k".repeat(65)),
);

/** Names that only JSON can hold. */
export const jsonOnlyName: Text = fc.oneof(
  { weight: 9, arbitrary: listed(`¦a b¦a=b¦a|b¦ünï¦7¦a,b¦\u0000¦"¦\\¦😀¦x\n`) },
  one("k".repeat(300)),
);

/** Bytes that are no UTF-8: cut off, overlong, surrogates, beyond Unicode, lonely continuation. */
export const invalidBytes: fc.Arbitrary<number[]> = fc.constantFrom(
  [0xff],
  [0x80],
  [0xc3],
  [0xc0, 0xaf],
  [0xe2, 0x82],
  [0xe0, 0x80, 0x80],
  [0xed, 0xa0, 0x80],
  [0xf0, 0x9f, 0x98],
  [0xf0, 0x80, 0x80, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xf8, 0x88],
  [0xe2, 0x28, 0xa1],
);

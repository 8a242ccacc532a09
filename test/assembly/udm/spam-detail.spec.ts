import {
  ALLOW,
  DKIM,
  DMARC,
  INFO,
  readSpamDetail,
  resultAt,
  resultLength,
  SPF,
} from "../../../assembly/udm/spam-detail";
import { read } from "../decoded";
import { misanswered, textOf } from "../support";

const NAMES = ["spf", "dkim", "dmarc"];

/** The results of a line: `spf.allow=…`, `spf.info=…` and so on, those that are there, joined by spaces. */
function resultsOfLine(line: string): string {
  assert(read(line) == 0, "the line cannot be read");
  readSpamDetail();
  const results: string[] = [];
  for (let check = SPF; check <= DMARC; check++) {
    for (let what = ALLOW; what <= INFO; what++) {
      const length = resultLength(check, what);
      if (length == 0) continue;
      const at = resultAt(check, what);
      results.push(`${NAMES[<i32>check]}.${what == ALLOW ? "allow" : "info"}=${textOf(at, at + length)}`);
    }
  }
  return results.join(" ");
}

/** The same for the field alone. */
function resultsOf(detail: string): string {
  return resultsOfLine(`SpamProcessingDetail=${detail}|acc=C`);
}

describe("the spam detail", () => {
  it("gives allow and info of spf, dkim and dmarc", () => {
    const text =
      '{"spf":{"info":"SPF_PASS","allow":true},"dkim":{"info":"DKIM_UNKNOWN","allow":false},"dmarc":{"info":"x","allow":1}}';
    expect(resultsOf(text)).toBe(
      "spf.allow=true spf.info=SPF_PASS dkim.allow=false dkim.info=DKIM_UNKNOWN dmarc.allow=1 dmarc.info=x",
    );
    expect(DKIM).toBe(1);
  });

  it("may have white space outside of strings", () => {
    expect(resultsOf(' \t{ "spf" : { "allow" : true , "info" : "a b" } , "dkim" : { } } ')).toBe(
      "spf.allow=true spf.info=a b",
    );
  });

  it("may be a JSON string that holds the object", () => {
    const rows: string[][] = [
      ['"{\\"spf\\":{\\"allow\\":true,\\"info\\":\\"SPF_PASS\\"}}"', "spf.allow=true spf.info=SPF_PASS"],
      ['"{\\"spf\\":{\\"info\\":\\"a\\\\\\"b\\"}}"', 'spf.info=a"b'],
      [' " {\\n} " ', ""],
      ['"{\\u0022spf\\u0022:{\\u0022allow\\u0022:false}}"', "spf.allow=false"],
    ];
    expect(misanswered(rows, resultsOf)).toBe("");
  });

  it("may be an object in a JSON line, or text", () => {
    const rows: string[][] = [
      ['{"spamProcessingDetail":{"spf":{"allow":true,"info":"\\u20ac"}}}', "spf.allow=true spf.info=€"],
      ['{"spamProcessingDetail":"{\\"spf\\":{\\"allow\\":true}}"}', "spf.allow=true"],
    ];
    expect(misanswered(rows, resultsOfLine)).toBe("");
  });

  it("has strings decoded, numbers, true and false as their text", () => {
    const rows: string[][] = [
      ['{"spf":{"info":"a\\n\\u20ac\\ud83d\\ude00"}}', "spf.info=a\n€😀"],
      ['{"spf":{"allow":-1.50e3,"info":0}}', "spf.allow=-1.50e3 spf.info=0"],
      ['{"spf":{"info":"true","allow":"null"}}', "spf.allow=null spf.info=true"],
    ];
    expect(misanswered(rows, resultsOf)).toBe("");
  });

  it("gives nothing for null, objects, arrays and empty strings", () => {
    const rows: string[][] = [
      ['{"spf":{"allow":null,"info":{"a":1}},"dkim":{"allow":[true],"info":""}}', ""],
      ['{"spf":null,"dkim":true,"dmarc":"x"}', ""],
      ['{"spf":[{"allow":true}]}', ""],
      ["{}", ""],
      ['{"spf":{}}', ""],
    ];
    expect(misanswered(rows, resultsOf)).toBe("");
  });

  it("counts the last of repeated members", () => {
    const rows: string[][] = [
      ['{"spf":{"allow":true,"allow":false}}', "spf.allow=false"],
      ['{"spf":{"allow":true,"allow":null}}', ""],
      ['{"spf":{"allow":true,"info":"a"},"spf":{"info":"b"}}', "spf.info=b"],
      ['{"spf":{"allow":true},"spf":1}', ""],
      ['{"spf":1,"spf":{"allow":true}}', "spf.allow=true"],
    ];
    expect(misanswered(rows, resultsOf)).toBe("");
  });

  it("is not fooled by other members", () => {
    const rows: string[][] = [
      ['{"SPF":{"allow":true},"spf2":{"allow":true},"sp":{"allow":true},"":{"allow":true}}', ""],
      ['{"a":{"spf":{"allow":true}},"dkim":{"x":{"allow":true},"Allow":true,"allowed":true}}', ""],
      ['{"a":"\\"spf\\":{\\"allow\\":true}","dkim":{"b":[1,{"info":"x"}],"info":"y"}}', "dkim.info=y"],
      ['{"s\\u0070f":{"\\u0061llow":true}}', "spf.allow=true"],
    ];
    expect(misanswered(rows, resultsOf)).toBe("");
  });

  it("gives nothing for what is no JSON object", () => {
    const rows: string[][] = [
      ["x", ""],
      ["spf=pass", ""],
      ['[{"spf":{"allow":true}}]', ""],
      ['"x"', ""],
      ['""', ""],
      ['"[]"', ""],
      ['{"spf":{"allow":true}', ""],
      ['{"spf":{"allow":true}} x', ""],
      ['{"spf":{"allow":true},}', ""],
      ['{"spf":{"allow":tru}}', ""],
      ['"{\\"spf\\":{\\"allow\\":true}"', ""],
      ['"{\\"spf\\":{\\"allow\\":true}}" x', ""],
      ['"{\\"spf\\":{\\"allow\\":true}} x"', ""],
      ['"{\\"spf\\":{\\"allow\\":true}}', ""],
      ['"\\"{\\\\\\"spf\\\\\\":{\\\\\\"allow\\\\\\":true}}\\""', ""],
    ];
    expect(misanswered(rows, resultsOf)).toBe("");
  });

  it("is at most 128 levels deep, however deep the line around it is", () => {
    const deep = `${"[".repeat(127)}${"]".repeat(127)}`;
    expect(resultsOf(`{"a":${deep},"spf":{"allow":true}}`)).toBe("spf.allow=true");
    expect(resultsOf(`{"a":[${deep}],"spf":{"allow":true}}`)).toBe("");
  });

  it("is none of the line before", () => {
    resultsOf('{"spf":{"allow":true}}');
    expect(resultsOfLine("acc=C")).toBe("");
    resultsOf('{"spf":{"allow":true}}');
    expect(resultsOfLine("acc=C|SpamProcessingDetail=x")).toBe("");
  });

  it("keeps all results of a long text apart", () => {
    const long = "\\u20ac".repeat(3000);
    const text = `{"spf":{"allow":"${long}1","info":"${long}2"},"dkim":{"allow":"${long}3","info":"${long}4"}}`;
    const plain = "€".repeat(3000);
    const expected = `spf.allow=${plain}1 spf.info=${plain}2 dkim.allow=${plain}3 dkim.info=${plain}4`;
    expect(resultsOf(text) == expected).toBe(true);
  });
});

import { eventOf, member, part } from "../events";
import { misanswered } from "../support";

function principalOf(line: string): string {
  return member(eventOf(line), "principal");
}

function targetOf(line: string): string {
  return member(eventOf(line), "target");
}

function aboutOf(line: string): string {
  return member(eventOf(line), "about");
}

/** Principal's and target's address, and what is left in additional. */
function addressesOf(line: string): string {
  const event = eventOf(line);
  const rest = ["IP", "SourceIP"];
  let all = `${part(event, "principal.ip")} ${part(event, "target.ip")}`;
  for (let i = 0; i < rest.length; i++) {
    const left = part(event, `additional.${rest[i]}`);
    if (left != "") all += ` ${rest[i]} ${left}`;
  }
  return all;
}

describe("the IP addresses", () => {
  it("are the principal's on receipt: IP, or else SourceIP", () => {
    const rows: string[][] = [
      ["IP=1.2.3.4", '["1.2.3.4"] '],
      ["IP=1.2.3.4|SourceIP=5.6.7.8", '["1.2.3.4"]  SourceIP "5.6.7.8"'],
      ["IP=x|SourceIP=5.6.7.8", '["5.6.7.8"]  IP "x"'],
      ["SourceIP=::1", '["::1"] '],
      ["IP=1.2.3|SourceIP=x", '  IP "1.2.3" SourceIP "x"'],
    ];
    expect(misanswered(rows, addressesOf)).toBe("");
  });

  it("are the target's on delivery", () => {
    const rows: string[][] = [
      ["Attempt=1|IP=1.2.3.4", ' ["1.2.3.4"]'],
      ["Attempt=1|IP=x", '  IP "x"'],
      ["Attempt=1|SourceIP=1.2.3.4", '  SourceIP "1.2.3.4"'],
    ];
    expect(misanswered(rows, addressesOf)).toBe("");
  });

  it("are nobody's in processing", () => {
    expect(addressesOf("AttCnt=1|IP=1.2.3.4")).toBe('  IP "1.2.3.4"');
  });
});

describe("the principal", () => {
  it("has each of its parts from one field", () => {
    const rows: string[][] = [
      ["SenderDomain=b.com", '{"administrative_domain":"b.com"}'],
      ["fileName=a.exe", '{"process":{"file":{"full_path":"a.exe"}}}'],
      ['{"filename_for_malachite":"a/b"}', '{"resource":{"name":"a/b"}}'],
      ["Act=Acc", ""],
    ];
    expect(misanswered(rows, principalOf)).toBe("");
  });

  it("has them in the order of the documentation", () => {
    expect(principalOf("filename_for_malachite=f|fileName=n|SenderDomain=d|IP=1.2.3.4|Sender=a@b")).toBe(
      '{"user":{"email_addresses":["a@b"]},"ip":["1.2.3.4"],"administrative_domain":"d","process":{"file":{"full_path":"n"}},"resource":{"name":"f"}}',
    );
  });

  it("is Mimecast's MTA for a mail without any other", () => {
    expect(principalOf("Rcpt=a@b")).toBe('{"application":"Mimecast MTA"}');
    expect(principalOf("Rcpt=a@b|IP=1.2.3.4")).toBe('{"ip":["1.2.3.4"]}');
  });
});

const SHA1 = "0123456789abcdef0123456789abcdef01234567";
const SHA256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const MD5 = "0123456789abcdef0123456789abcdef";

describe("the target", () => {
  it("has hashes of the right length in lower case", () => {
    const rows: string[][] = [
      [`sha1=${SHA1.toUpperCase()}`, `{"file":{"sha1":"${SHA1}"}}`],
      [`sha256=${SHA256.toUpperCase()}`, `{"file":{"sha256":"${SHA256}"}}`],
      [`md5=${MD5.toUpperCase()}`, `{"file":{"md5":"${MD5}"}}`],
      [`sha1=${MD5}|sha256=${SHA1}|md5=${SHA256}`, ""],
    ];
    expect(misanswered(rows, targetOf)).toBe("");
  });

  it("leaves a hash of another length in additional", () => {
    expect(part(eventOf(`sha1=${MD5}`), "additional.sha1")).toBe(`"${MD5}"`);
    expect(part(eventOf(`sha1=${SHA1}`), "additional.sha1")).toBe("");
  });

  it("has its other parts from one field each, in the order of the documentation", () => {
    expect(targetOf(`Hostname=h|Size=5|fileMime=text/plain|md5=${MD5}|Rcpt=a@b`)).toBe(
      `{"user":{"email_addresses":["a@b"]},"file":{"md5":"${MD5}","mime_type":"text/plain","size":"5"},"hostname":"h"}`,
    );
  });

  it("has no size that is no number", () => {
    expect(targetOf("Size=5 KB")).toBe("");
    expect(part(eventOf("Size=5 KB"), "additional.Size")).toBe('"5 KB"');
  });
});

/** What of AttNames and AttSize is left in additional. */
function attachmentsLeftOf(line: string): string {
  const event = eventOf(line);
  return `${part(event, "additional.AttNames")} ${part(event, "additional.AttSize")}`.trim();
}

describe("an attachment", () => {
  it("has an entry for its name", () => {
    const rows: string[][] = [
      ["AttNames=a", '[{"file":{"full_path":"a"}}]'],
      ["AttNames=a,b", '[{"file":{"full_path":"a"}},{"file":{"full_path":"b"}}]'],
      ["AttNames= a b , c ", '[{"file":{"full_path":"a b"}},{"file":{"full_path":"c"}}]'],
      ['AttNames="a, b","c"', '[{"file":{"full_path":"a, b"}},{"file":{"full_path":"c"}}]'],
      ['AttNames="a" "b"', '[{"file":{"full_path":"a b"}}]'],
      ['AttNames=a"b"c', '[{"file":{"full_path":"abc"}}]'],
      ['AttNames=" a "', '[{"file":{"full_path":"a"}}]'],
      ["AttNames=,a,,b,", '[{"file":{"full_path":"a"}},{"file":{"full_path":"b"}}]'],
      ['AttNames="a,b', '[{"file":{"full_path":"a,b"}}]'],
      ["AttNames=,", ""],
      ['AttNames=" "', ""],
    ];
    expect(misanswered(rows, aboutOf)).toBe("");
  });

  it("has the size where it is the only one", () => {
    const rows: string[][] = [
      ["AttNames=a|AttSize=5", '[{"file":{"full_path":"a","size":"5"}}]'],
      ['AttNames=,"a" , ""|AttSize=5', '[{"file":{"full_path":"a","size":"5"}}]'],
      ["AttNames=a,b|AttSize=5", '[{"file":{"full_path":"a"}},{"file":{"full_path":"b"}}]'],
      ["AttNames=a|AttSize=5x", '[{"file":{"full_path":"a"}}]'],
      ["AttNames=,|AttSize=5", ""],
      ["AttSize=5", ""],
    ];
    expect(misanswered(rows, aboutOf)).toBe("");
  });

  it("leaves in additional what its entries do not hold", () => {
    const rows: string[][] = [
      ["AttNames=a|AttSize=5", ""],
      ["AttNames=a,b|AttSize=5", '"5"'],
      ["AttNames=a|AttSize=5x", '"5x"'],
      ["AttSize=5", '"5"'],
      ["AttNames=,|AttSize=5", '"," "5"'],
      ['AttNames="a', '"\\"a"'],
      ['AttNames="a","b"', ""],
    ];
    expect(misanswered(rows, attachmentsLeftOf)).toBe("");
  });
});

describe("a URL", () => {
  it("has an entry behind the attachments, with a scheme", () => {
    const rows: string[][] = [
      ["URL=https://a/b", '[{"url":"https://a/b"}]'],
      ["URL=a.com/b", '[{"url":"http://a.com/b"}]'],
      ["AttNames=a|URL=b.com", '[{"file":{"full_path":"a"}},{"url":"http://b.com"}]'],
    ];
    expect(misanswered(rows, aboutOf)).toBe("");
  });
});

describe("the observer", () => {
  it("is there for an event without any other noun", () => {
    expect(member(eventOf("Act=Acc"), "observer")).toBe('{"application":"Mimecast MTA"}');
    expect(member(eventOf("URL=a.com"), "observer")).toBe("");
    expect(member(eventOf("IP=1.2.3.4"), "observer")).toBe("");
    expect(member(eventOf("Hostname=h"), "observer")).toBe("");
  });
});

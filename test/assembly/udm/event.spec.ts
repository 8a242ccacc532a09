import { eventOf, fieldsOf, member } from "../events";
import { misanswered } from "../support";

const METADATA =
  '"event_timestamp":"1970-01-01T00:00:00Z","event_type":"GENERIC_EVENT","vendor_name":"Mimecast","product_name":"Mimecast MTA","product_event_type":"Email RECEIPT","log_type":"MIMECAST_MAIL"';

/** Names of the members of an object, in their order. */
function namesOf(event: string, names: string): string {
  const wanted = names.split(" ");
  let last = -1;
  for (let i = 0; i < wanted.length; i++) {
    const at = event.indexOf(`"${wanted[i]}":`);
    if (at <= last || member(event, wanted[i]) == "") return `${wanted[i]} is not where it should be`;
    last = at;
  }
  return names;
}

describe("an event", () => {
  it("is one line of JSON with nothing empty in it", () => {
    expect(eventOf("Act=Acc")).toBe(
      `{"metadata":{${METADATA}},"observer":{"application":"Mimecast MTA"},"network":{"application_protocol":"SMTP"},"security_result":[{"action":["ALLOW"],"action_details":"Acc","severity":"LOW"}],"additional":{"mimecast_log_type":"receipt"}}`,
    );
  });

  it("leaves members out that have nothing to say", () => {
    expect(eventOf("datetime=|SpamScore=|CustomerIP=x")).toBe(
      `{"metadata":{${METADATA}},"observer":{"application":"Mimecast MTA"},"security_result":[{"severity":"LOW"}],"additional":{"CustomerIP":"x","mimecast_log_type":"av"}}`,
    );
  });

  it("has its members in the order of the documentation", () => {
    const line = "datetime=2021-05-26T16:47:41+0100|Sender=a@b|Rcpt=c@d|URL=x|Act=Acc";
    const names = "metadata principal target about network security_result additional";
    expect(namesOf(eventOf(line), names)).toBe(names);
  });

  it("knows nothing of the one before", () => {
    eventOf("Sender=a@b|Rcpt=c@d|URL=x|Act=Acc|Hld=Spm|foo=bar|Virus=x|AttNames=y");
    const event = eventOf("acc=C");
    expect(event.includes("a@b")).toBe(false);
    expect(event.includes("foo")).toBe(false);
    expect(event.includes("about")).toBe(false);
    expect(event.includes("HIGH")).toBe(false);
  });

  it("escapes what the line brought, keys too", () => {
    const event = eventOf('{"Subject":"a\\"\\\\\\n\\u0001é","f\\"oo":"b\\tar"}');
    expect(member(member(event, "network"), "email")).toBe('{"subject":["a\\"\\\\\\n\\u0001é"]}');
    expect(member(event, "additional")).toBe('{"f\\"oo":"b\\tar","mimecast_log_type":"receipt"}');
  });
});

describe("the decoded line", () => {
  it("holds fields under their first names and in the dictionary's order, then the rest", () => {
    const rows: string[][] = [
      ["subject=x|Act=Acc|acc=C", '{"mimecast":{"acc":"C","Act":"Acc","Subject":"x"}}'],
      [
        "hi|Act=Acc|foo=1|Act=Rej|1=2",
        '{"mimecast":{"Act":"Acc","foo":"1","duplicate.Act":"Rej|1=2","unparsed":"hi"}}',
      ],
      ["Act=|foo=|acc=C", '{"mimecast":{"acc":"C"}}'],
      ["Act=", '{"mimecast":{}}'],
      ['{"unparsed":"a","Act":"Acc"}', '{"mimecast":{"Act":"Acc","extra.1.unparsed":"a"}}'],
    ];
    expect(misanswered(rows, fieldsOf)).toBe("");
  });

  it("has names resolved that depend on the log type", () => {
    expect(fieldsOf("Attempt=1|emailSize=5|action=x")).toBe(
      '{"mimecast":{"Act":"x","Attempt":"1","Snt":"5"}}',
    );
  });

  it("reformats nothing", () => {
    expect(fieldsOf("datetime=1|sha1=ABC|SpamProcessingDetail={ }|Sender=<a@b>")).toBe(
      '{"mimecast":{"datetime":"1","Sender":"<a@b>","sha1":"ABC","SpamProcessingDetail":"{ }"}}',
    );
  });
});

import { eventOf, part } from "../events";
import { misanswered } from "../support";

function recipientsOf(line: string): string {
  const event = eventOf(line);
  const to = part(event, "network.email.to");
  return to == part(event, "target.user.email_addresses") ? to : "the two differ";
}

/** What of Rcpt and Recipient is left in additional. */
function leftOf(line: string): string {
  const event = eventOf(line);
  return part(event, "additional.Rcpt") + part(event, "additional.Recipient");
}

function sendersOf(line: string): string {
  return part(eventOf(line), "principal.user.email_addresses");
}

function fromOf(line: string): string {
  return part(eventOf(line), "network.email.from");
}

function bounceOf(line: string): string {
  return part(eventOf(line), "network.email.bounce_address");
}

describe("the recipients", () => {
  it("are the addresses of Rcpt, or else of Recipient", () => {
    const rows: string[][] = [
      ["Rcpt=a@b", '["a@b"]'],
      ["Rcpt=a@b,c@d, e@f", '["a@b","c@d","e@f"]'],
      ["Recipient=a@b", '["a@b"]'],
      ["Rcpt=a@b|Recipient=c@d", '["a@b"]'],
      ["Rcpt=x|Recipient=c@d", '["c@d"]'],
      ["Rcpt=x,a@b,,y", '["a@b"]'],
      ['Rcpt="Doe, John" <a@b>,c@d', '["a@b","c@d"]'],
      ["Rcpt=x|Recipient=y", ""],
    ];
    expect(misanswered(rows, recipientsOf)).toBe("");
  });

  it("stay in additional unless every part is an address by itself", () => {
    const rows: string[][] = [
      ["Rcpt=a@b", ""],
      ["Rcpt= a@b , c@d ", ""],
      ["Rcpt=a@b,", '"a@b,"'],
      ["Rcpt=a@b,x", '"a@b,x"'],
      ["Rcpt=N <a@b>", '"N <a@b>"'],
      ["Rcpt=<a@b>", '"<a@b>"'],
      ["Rcpt=x", '"x"'],
      ["Rcpt=a@b|Recipient=c@d", '"c@d"'],
      ["Rcpt=x|Recipient=c@d", '"x"'],
    ];
    expect(misanswered(rows, leftOf)).toBe("");
  });
});

describe("the senders", () => {
  it("are Sender and headerFrom, each if it holds an address, and headerFrom if it differs", () => {
    const rows: string[][] = [
      ["Sender=a@b", '["a@b"]'],
      ["headerFrom=a@b", '["a@b"]'],
      ["Sender=a@b|headerFrom=c@d", '["a@b","c@d"]'],
      ["Sender=a@b|headerFrom=N <a@b>", '["a@b"]'],
      ["Sender=a@b|headerFrom=A@b", '["a@b","A@b"]'],
      ["Sender=a@b|headerFrom=a@bc", '["a@b","a@bc"]'],
      ["Sender=x|headerFrom=c@d", '["c@d"]'],
      ["Sender=a@b|headerFrom=x", '["a@b"]'],
      ["Sender=x|headerFrom=y", ""],
    ];
    expect(misanswered(rows, sendersOf)).toBe("");
  });

  it("give one address that the mail is from", () => {
    const rows: string[][] = [
      ["Sender=a@b|headerFrom=c@d", '"a@b"'],
      ["Sender=x|headerFrom=c@d", '"c@d"'],
      ["Sender=x", ""],
    ];
    expect(misanswered(rows, fromOf)).toBe("");
  });

  it("give an address for bounces if both are there and differ", () => {
    const rows: string[][] = [
      ["Sender=a@b|headerFrom=c@d", '"a@b"'],
      ["Sender=a@b|headerFrom=a@b", ""],
      ["Sender=a@b", ""],
      ["headerFrom=a@b", ""],
    ];
    expect(misanswered(rows, bounceOf)).toBe("");
  });
});

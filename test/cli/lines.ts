// Lines that the tests of the command share. All are invented; addresses are of the documentation ranges.

export const RECEIPT =
  "datetime=2021-05-26T16:47:41+0100|aCode=7O|acc=C0A0|SpamLimit=0|IP=192.0.2.1|Dir=Internal|MsgId=<8@example.com>|" +
  "Subject=\\hello\\|headerFrom=from@example.com|Sender=from@example.com|Rcpt=to@example.org|Act=Acc|TlsVer=TLSv1";

export const DELIVERY =
  "datetime=2021-05-26T16:47:42+0100|aCode=7O|acc=C0A0|Sender=from@example.com|Rcpt=to@example.org|Delivered=true|Snt=12";

export const WITHOUT_TIME =
  "acc=C0A0|Sender=from@example.com|Rcpt=to@example.org|Act=Rej|RejType=Manual Envelope Rejection";

export const NOT_MIMECAST = "Nov 22 01:00:00 host sshd[1]: Accepted publickey";

/** A member of API 1.0 in its JSON format. */
export const MEMBER = JSON.stringify(
  {
    type: "MTA",
    data: [
      { datetime: "2021-05-26T16:47:41+0100", acc: "C0A0", Sender: "one@example.com", Act: "Acc" },
      {
        datetime: "2021-05-26T16:47:42+0100",
        acc: "C0A0",
        Sender: "two@example.com",
        Act: null,
        SpamScore: 7,
      },
    ],
  },
  null,
  2,
);

/** Everything that splitting has to get right, and bytes that are no UTF-8. */
export const MIXED = Buffer.concat([
  Buffer.from(
    `\ufeff${RECEIPT}\r\n${DELIVERY}\r${WITHOUT_TIME}\rdatetime=x|acc=1\n\n${NOT_MIMECAST}\n${MEMBER}\n`,
  ),
  Buffer.from([
    ...Buffer.from("acc=1|Subject=Gr"),
    0xfc,
    0xdf,
    0xe2,
    0x82,
    ...Buffer.from("e \u20ac|Act=Acc"),
  ]),
]);

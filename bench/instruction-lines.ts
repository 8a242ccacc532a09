/** Ten lines whose instructions are counted: fixed bytes, so that what differs between two counts is the module alone. */

export interface NamedLine {
  readonly name: string;
  readonly line: string;
}

const RECEIPT_ACCEPTED = String.raw`datetime=2026-03-05T09:10:11+0000|aCode=rcAcc0001aBcDeFgHiJkLm|acc=C46A75|SpamLimit=28|IP=192.0.2.10|Dir=Inbound|MsgId=<20260305.1@mail.example.org>|Subject=\Minutes of the meeting\|headerFrom=sales@example.org|Sender=sales@example.org|Rcpt=office@example.com|SpamInfo=[]|Act=Acc|TlsVer=TLSv1.3|Cphr=TLS_AES_256_GCM_SHA384|SpamProcessingDetail={"spf":{"info":"SPF_ALLOW","allow":true},"dkim":{"info":"DKIM_ALLOW","allow":true},"dmarc":{"info":"DMARC_ALLOW","allow":true}}|SpamScore=1`;

const RECEIPT_REJECTED = String.raw`datetime=2026-03-05T10:11:12+0100|aCode=rcRej0002aBcDeFgHiJkLm|acc=C46A75|IP=198.51.100.66|RejType=\IP Found in RBL\|Error=\Blocked by a real-time block list\|RejCode=550|Dir=Inbound|headerFrom=|Sender=offers@example.net|Rcpt=office@example.com|Act=Rej|RejInfo=\198.51.100.66 is listed at bl.example.net; see "why"\|TlsVer=TLSv1.2|Cphr=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384`;

const PROCESS = String.raw`datetime=2026-03-06T09:10:11+0000|aCode=prHld0001aBcDeFgHiJkLm|acc=C46A75|AttSize=148213|Act=Hld|AttCnt=2|AttNames=\"Minutes of the meeting.docx", "figures.xlsx"\|MsgSize=170211|MsgId=<20260305.1@mail.example.org>|Hld=Spm|Subject=\Minutes of the meeting\|headerFrom=Sales Team <sales@example.org>|Sender=bounce-7@example.org`;

const DELIVERY = String.raw`datetime=2026-03-07T09:10:11+0000|aCode=dlAcc0001aBcDeFgHiJkLm|acc=C46A75|Delivered=true|IP=198.51.100.25|AttCnt=1|Dir=Outbound|ReceiptAck=\250 2.0.0 OK 1709802611 queued as x|y=z\|MsgId=<dl-1@example.com>|Subject=\Your order\|Latency=2345|Sender=office@example.com|Rcpt=buyer@example.org|AttSize=48213|Attempt=1|TlsVer=TLSv1.2|Cphr=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384|Snt=71044|UseTls=Yes|Route=Partner route`;

const AV = String.raw`datetime=2026-03-09T09:10:11+0000|aCode=avInb0001aBcDeFgHiJkLm|acc=C46A75|MimecastIP=false|fileName=invoice|sha256=5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9|Size=68|IP=203.0.113.9|Recipient=office@example.com|SenderDomain=example.net|fileExt=pdf.exe|Subject=\Invoice 2026-03\|MsgId=<av-1@example.net>|Sender=billing@example.net|Virus=Test-File.A|sha1=b6589fc6ab0dc82cf12099d1c2d40ab994e8410c|SenderDomainInternal=false|fileMime=application/x-msdownload|CustomerIP=false|Route=Inbound|md5=cfcd208495d565ef66e7dff9f98764da`;

const SPAM = String.raw`datetime=2026-03-10T09:10:11+0000|aCode=spInb0001aBcDeFgHiJkLm|acc=C46A75|Sender=offers@example.net|SourceIP=203.0.113.20|Recipient=office@example.com|SenderDomain=example.net|Subject=\You have won\|MsgId=<sp-1@example.net>|Route=Inbound|headerFrom=Lottery <win@example.net>`;

const ATTACHMENT_PROTECT = `datetime=2026-03-11T10:11:12+0000|aCode=apBlk0002aBcDeFgHiJkLm|acc=C46A75|fileName=Invoice_2984773|sha256=5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9|Size=91136|IP=203.0.113.9|Recipient=office@example.com|SenderDomain=example.net|fileExt=xlsm|sha1=b6589fc6ab0dc82cf12099d1c2d40ab994e8410c|Sender=billing@example.net|fileMime=application/vnd.ms-excel.sheet.macroEnabled.12|Route=Inbound|md5=cfcd208495d565ef66e7dff9f98764da`;

const URL_PROTECT = String.raw`datetime=2026-03-12T10:11:12+0000|aCode=upBlk0002aBcDeFgHiJkLm|acc=C46A75|Action=Block|Sender=offers@example.net|Recipient=office@example.com|SourceIP=203.0.113.20|SenderDomain=example.net|UrlCategory=Phishing & Fraud|credentialTheft=true|reason=malicious|Route=inbound|url=http://login.example.net/verify?id=7f3a9c&next=/account|Subject=\Verify your account\|MsgId=<up-2@example.net>`;

const IMPERSONATION = String.raw`datetime=2026-03-13T10:11:12+0000|aCode=imBlk0002aBcDeFgHiJkLm|acc=C46A75|Sender=director@example.net|Recipient=office@example.com|IP=203.0.113.9|Subject=\Urgent payment\|Definition=Impersonation, strict|Hits=3|Action=Block|TaggedExternal=false|TaggedMalicious=true|InternalName=true|CustomName=false|NewDomain=false|SimilarInternalDomain=true|SimilarCustomExternalDomain=false|SimilarMimecastExternalDomain=false|ReplyMismatch=true|ThreatDictionary=true|Route=Inbound|MsgId=<im-2@example.net>`;

const API_2 = String.raw`{"aggregateId":"agAcc0001_1772701811","processingId":"rcAcc0001aBcDeFgHiJkLm","accountId":"C46A75","timestamp":1772701811000,"action":"Acc","senderEnvelope":"sales@example.org","messageId":"<20260305.1@mail.example.org>","subject":"Minutes of the meeting","recipients":"office@example.com","senderIp":"192.0.2.10","rejectionType":null,"rejectionCode":null,"direction":"Inbound","numberAttachments":null,"senderHeader":"Sales Team <sales@example.org>","rejectionInfo":null,"tlsVersion":"TLSv1.3","tlsCipher":"TLS_AES_256_GCM_SHA384","spamInfo":"[]","spamProcessingDetail":"{\"spf\":{\"info\":\"SPF_ALLOW\",\"allow\":true},\"dkim\":{\"info\":\"DKIM_ALLOW\",\"allow\":true},\"dmarc\":{\"info\":\"DMARC_ALLOW\",\"allow\":true}}","virusFound":null,"spamScore":"1","spamDetectionLevel":"28","receiptErrors":null,"type":"receipt","subtype":"Acc","_offset":105825,"_partition":137}`;

export const INSTRUCTION_LINES: readonly NamedLine[] = [
  { name: "receipt, accepted", line: RECEIPT_ACCEPTED },
  { name: "receipt, rejected", line: RECEIPT_REJECTED },
  { name: "process", line: PROCESS },
  { name: "delivery", line: DELIVERY },
  { name: "av", line: AV },
  { name: "spam", line: SPAM },
  { name: "attachment protect", line: ATTACHMENT_PROTECT },
  { name: "url protect", line: URL_PROTECT },
  { name: "impersonation protect", line: IMPERSONATION },
  { name: "API 2.0, receipt", line: API_2 },
];

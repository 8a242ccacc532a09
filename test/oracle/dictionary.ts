// The names Mimecast uses, in the dictionary's order: fields by their first name, with the other names of the
// same field. `text` and `stranger` are the two marks of docs/grammar.md, Two marks in the dictionary; every
// text field is a stranger's too. The last five are names whose field is known only with the log type; until
// then each is a field of its own.

export interface Field {
  /** The first name, under which docs and `mimecast_fields` speak of the field. */
  name: string;
  names: readonly string[];
  text: boolean;
  stranger: boolean;
}

const NAMES: readonly string[] = [
  "datetime timestamp",
  "aCode processingId",
  "acc accountId",
  "IP",
  "RejType rejectionType",
  "Error receiptErrors",
  "RejCode rejectionCode",
  "Dir direction",
  "headerFrom senderHeader",
  "Sender sender senderEnvelope",
  "Rcpt",
  "Act",
  "RejInfo rejectionInfo",
  "TlsVer tlsVersion",
  "Cphr tlsCipher",
  "Hld holdReason",
  "AttSize totalSizeAttachments",
  "IPNewDomain ipNewDomain",
  "IPReplyMismatch ipReplyMismatch",
  "AttCnt numberAttachments",
  "IPInternalName ipUserName",
  "AttNames attachments",
  "MsgSize",
  "MsgId msgid messageId",
  "IPThreadDict ipThreatDictionary",
  "IPSimilarDomain ipSimilarDomain",
  "Delivered delivered",
  "Err deliveryErrors",
  "ReceiptAck",
  "Subject subject",
  "Attempt deliveryAttempts",
  "Snt",
  "UseTls tlsUsed",
  "MimecastIP",
  "fileName",
  "sha256",
  "Size size sizeAttachment",
  "Recipient recipient Receipient",
  "SenderDomain senderDomain",
  "fileExt fileExtension",
  "Virus virusFound",
  "sha1",
  "SenderDomainInternal senderDomainInternal",
  "fileMime",
  "CustomerIP",
  "Route route",
  "md5",
  "SourceIP sourceIp",
  "UrlCategory urlCategory",
  "ScanResultInfo scanResults",
  "URL url",
  "Definition policyDefinition",
  "Hits itemsDetected",
  "Action",
  "TaggedExternal taggedExternal",
  "TaggedMalicious taggedMalicious",
  "InternalName internalUserName",
  "CustomName customNameMatch",
  "NewDomain newDomain",
  "SimilarInternalDomain similarInternalDomain",
  "SimilarCustomExternalDomain similarCustomExternalDomain",
  "SimilarMimecastExternalDomain similarMimecastExternalDomain",
  "ReplyMismatch replyMismatch",
  "ThreatDictionary mimecastThreatDictionary",
  "reason blockReason",
  "SpamLimit spamDetectionLevel",
  "SpamInfo spamInfo",
  "SpamProcessingDetail spamProcessingDetail",
  "SpamScore spamScore",
  "Latency deliveryTime",
  "RcptActType",
  "RcptHdrType",
  "credentialTheft",
  "CustomThreatDictionary customThreatDictionary",
  "IPThreatDict",
  "aggregateId",
  "subtype",
  "Hostname",
  "analysis",
  "monitoredDomainSource",
  "similarDomain",
  "type eventType",
  "_offset",
  "_partition",
  "filename_for_malachite",
  "action",
  "recipients",
  "emailSize",
  "senderIp",
  "destinationIp",
];

const TEXT = words("Subject headerFrom Sender RejType RejInfo Error Err ReceiptAck AttNames fileName");
const STRANGER = words("MsgId Rcpt Recipient recipients SenderDomain fileExt fileMime URL Virus");

export const DICTIONARY: readonly Field[] = NAMES.map((entry) => {
  const names = entry.split(" ");
  const name = names[0] ?? "";
  return { name, names, text: TEXT.has(name), stranger: TEXT.has(name) || STRANGER.has(name) };
});

const BY_NAME: ReadonlyMap<string, Field> = new Map(
  DICTIONARY.flatMap((field) => field.names.map((name) => [name, field])),
);

/** The field that `name` belongs to, spelled exactly. */
export function fieldNamed(name: string): Field | undefined {
  return BY_NAME.get(name);
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(" "));
}

/**
 * Every key of Mimecast's logs, once: its name (API 1.0, the name of the Wazuh decoders where they have one), then the other
 * names of the same field (lower case as seen in API 1.0, API 2.0), then its marks. One line here makes a key known in all
 * dialects. The order of this file is the order of `additional` and of `mimecast_fields`.
 *
 * Marks (docs/grammar.md): TEXT is free text that strangers write. STRANGER is a value that strangers write, or can choose.
 * What is TEXT is STRANGER too.
 */
import { field, STRANGER, TEXT } from "./field";

export const datetime = field("datetime timestamp");
export const aCode = field("aCode processingId");
export const acc = field("acc accountId");
export const IP = field("IP");
export const RejType = field("RejType rejectionType", TEXT);
export const Error_ = field("Error receiptErrors", TEXT);
export const RejCode = field("RejCode rejectionCode");
export const Dir = field("Dir direction");
export const headerFrom = field("headerFrom senderHeader", TEXT);
export const Sender = field("Sender sender senderEnvelope", TEXT);
export const Rcpt = field("Rcpt", STRANGER);
export const Act = field("Act");
export const RejInfo = field("RejInfo rejectionInfo", TEXT);
export const TlsVer = field("TlsVer tlsVersion");
export const Cphr = field("Cphr tlsCipher");
export const Hld = field("Hld holdReason");
export const AttSize = field("AttSize totalSizeAttachments");
export const IPNewDomain = field("IPNewDomain ipNewDomain");
export const IPReplyMismatch = field("IPReplyMismatch ipReplyMismatch");
export const AttCnt = field("AttCnt numberAttachments");
export const IPInternalName = field("IPInternalName ipUserName");
export const AttNames = field("AttNames attachments", TEXT);
export const MsgSize = field("MsgSize");
export const MsgId = field("MsgId msgid messageId", STRANGER);
export const IPThreadDict = field("IPThreadDict ipThreatDictionary");
export const IPSimilarDomain = field("IPSimilarDomain ipSimilarDomain");
export const Delivered = field("Delivered delivered");
export const Err = field("Err deliveryErrors", TEXT);
export const ReceiptAck = field("ReceiptAck", TEXT);
export const Subject = field("Subject subject", TEXT);
export const Attempt = field("Attempt deliveryAttempts");
export const Snt = field("Snt");
export const UseTls = field("UseTls tlsUsed");
export const MimecastIP = field("MimecastIP");
export const fileName = field("fileName", TEXT);
export const sha256 = field("sha256");
export const Size = field("Size size sizeAttachment");
export const Recipient = field("Recipient recipient Receipient", STRANGER);
export const SenderDomain = field("SenderDomain senderDomain", STRANGER);
export const fileExt = field("fileExt fileExtension", STRANGER);
export const Virus = field("Virus virusFound", STRANGER);
export const sha1 = field("sha1");
export const SenderDomainInternal = field("SenderDomainInternal senderDomainInternal");
export const fileMime = field("fileMime", STRANGER);
export const CustomerIP = field("CustomerIP");
export const Route = field("Route route");
export const md5 = field("md5");
export const SourceIP = field("SourceIP sourceIp");
export const UrlCategory = field("UrlCategory urlCategory");
export const ScanResultInfo = field("ScanResultInfo scanResults");
export const URL = field("URL url", STRANGER);
export const Definition = field("Definition policyDefinition");
export const Hits = field("Hits itemsDetected");
export const Action = field("Action");
export const TaggedExternal = field("TaggedExternal taggedExternal");
export const TaggedMalicious = field("TaggedMalicious taggedMalicious");
export const InternalName = field("InternalName internalUserName");
export const CustomName = field("CustomName customNameMatch");
export const NewDomain = field("NewDomain newDomain");
export const SimilarInternalDomain = field("SimilarInternalDomain similarInternalDomain");
export const SimilarCustomExternalDomain = field("SimilarCustomExternalDomain similarCustomExternalDomain");
export const SimilarMimecastExternalDomain = field(
  "SimilarMimecastExternalDomain similarMimecastExternalDomain",
);
export const ReplyMismatch = field("ReplyMismatch replyMismatch");
export const ThreatDictionary = field("ThreatDictionary mimecastThreatDictionary");
export const reason = field("reason blockReason");
export const SpamLimit = field("SpamLimit spamDetectionLevel");
export const SpamInfo = field("SpamInfo spamInfo");
export const SpamProcessingDetail = field("SpamProcessingDetail spamProcessingDetail");
export const SpamScore = field("SpamScore spamScore");
export const Latency = field("Latency deliveryTime");
export const RcptActType = field("RcptActType");
export const RcptHdrType = field("RcptHdrType");
export const credentialTheft = field("credentialTheft");
export const CustomThreatDictionary = field("CustomThreatDictionary customThreatDictionary");
export const IPThreatDict = field("IPThreatDict");
export const aggregateId = field("aggregateId");
export const subtype = field("subtype");
export const Hostname = field("Hostname");
export const analysis = field("analysis");
export const monitoredDomainSource = field("monitoredDomainSource");
export const similarDomain = field("similarDomain");
export const type = field("type eventType");
export const _offset = field("_offset");
export const _partition = field("_partition");
export const filename_for_malachite = field("filename_for_malachite");

// Names whose field depends on the log type (udm/log-type.ts moves their values there).
export const action = field("action");
export const recipients = field("recipients", STRANGER);
export const emailSize = field("emailSize");
export const senderIp = field("senderIp");
export const destinationIp = field("destinationIp");

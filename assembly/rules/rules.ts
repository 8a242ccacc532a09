/**
 * The detection rules: ids, levels, names and counts of the Wazuh integration for Mimecast, over the fields of the dictionary, so
 * that lines of every dialect fire them. To add a rule is to add an entry here, and a golden that shows it.
 */
import {
  Act,
  Definition,
  fileMime,
  fileName,
  IP,
  Recipient,
  ReplyMismatch,
  reason,
  ScanResultInfo,
  Sender,
  SenderDomain,
  Subject,
  sha256,
  URL,
  UrlCategory,
  Virus,
} from "../fields/dictionary";
import { literal } from "../output/literal";
import { counts, HAS, IS, IS_ATTACHMENT_LOG, PRESENT, points, rule, SAYS_TRUE, when } from "./rule";
import { Technique, technique } from "./technique";

const PHISHING = technique(literal("T1566"), literal("Phishing"));
const PHISHING_ATTACHMENT = technique(
  literal("T1566"),
  literal("Phishing"),
  literal("T1566.001"),
  literal("Spearphishing Attachment"),
);
const PHISHING_LINK = technique(
  literal("T1566"),
  literal("Phishing"),
  literal("T1566.002"),
  literal("Spearphishing Link"),
);
const INFORMATION_ATTACHMENT = technique(
  literal("T1598"),
  literal("Phishing for Information"),
  literal("T1598.002"),
  literal("Spearphishing Attachment"),
);
const INFORMATION_LINK = technique(
  literal("T1598"),
  literal("Phishing for Information"),
  literal("T1598.003"),
  literal("Spearphishing Link"),
);
const EMAIL_COLLECTION = technique(literal("T1114"), literal("Email Collection"));
const MASQUERADING = technique(literal("T1036"), literal("Masquerading"));
const EMAIL_ACCOUNTS = technique(
  literal("T1586"),
  literal("Compromise Accounts"),
  literal("T1586.002"),
  literal("Email Accounts"),
);
const MALICIOUS_FILE = technique(
  literal("T1204"),
  literal("User Execution"),
  literal("T1204.002"),
  literal("Malicious File"),
);

function pointsTo(first: Technique, second: Technique): void {
  points(first);
  points(second);
}

function pointsToImpersonation(): void {
  points(MASQUERADING);
  points(EMAIL_ACCOUNTS);
  pointsTo(PHISHING, EMAIL_COLLECTION);
}

function pointsToMaliciousFile(): void {
  points(MALICIOUS_FILE);
  points(INFORMATION_ATTACHMENT);
  pointsTo(PHISHING_ATTACHMENT, EMAIL_COLLECTION);
}

rule(106001, 5, literal("Message $(MsgId) held for review."));
when(Act, IS, literal("hld"));
points(PHISHING);

rule(106002, 5, literal('Malicious email with category "$(Virus)" sent to $(Recipient).'));
when(Virus, PRESENT);
when(Subject, PRESENT);
pointsTo(INFORMATION_LINK, EMAIL_COLLECTION);

rule(106003, 10, literal("Multiple malicious emails received from same sender $(Sender)."));
counts(106002, 3, Sender);
pointsTo(INFORMATION_LINK, EMAIL_COLLECTION);

rule(106004, 10, literal("Malicious emails received by multiple users from same sender $(Sender)."));
counts(106002, 5, Sender, Recipient);
pointsTo(INFORMATION_LINK, EMAIL_COLLECTION);

rule(106005, 3, literal("User $(Recipient) blocked from clicking a malicious/blocked link $(URL)."));
when(ScanResultInfo, HAS, literal("blocked"));
pointsTo(PHISHING_LINK, EMAIL_COLLECTION);

rule(106006, 10, literal("Multiple users trying to access same malicious/blocked link $(URL)."));
counts(106005, 3, URL, Recipient);
pointsTo(PHISHING_LINK, EMAIL_COLLECTION);

rule(106007, 5, literal("Internal user $(Sender) has been impersonated."));
when(Definition, HAS, literal("impersonation"));
pointsToImpersonation();

rule(106008, 5, literal("Reply address mismatch: Reply address does not correspond to the senders address."));
when(Definition, HAS, literal("impersonation"));
when(ReplyMismatch, SAYS_TRUE);
pointsToImpersonation();

rule(106009, 4, literal("User $(Recipient) blocked from clicking a malicious link $(URL)."));
when(reason, HAS, literal("malicious"));
when(URL, PRESENT);
when(UrlCategory, HAS, literal("blocked"));
pointsTo(PHISHING_LINK, EMAIL_COLLECTION);

rule(106010, 10, literal("Multiple users trying to access same malicious/blocked link $(URL)."));
counts(106009, 3, null, Recipient);
pointsTo(PHISHING_LINK, EMAIL_COLLECTION);

rule(
  106011,
  10,
  literal(
    "Mimecast sandbox has detected a potentially malicious file $(fileName).$(fileExt) on $(Recipient).",
  ),
);
when(fileName, PRESENT);
when(fileMime, PRESENT);
when(sha256, PRESENT);
when(null, IS_ATTACHMENT_LOG);
pointsToMaliciousFile();

rule(106012, 10, literal("Multiple potentially malicious files received from same sender $(Sender)."));
counts(106011, 3, Sender);
pointsToMaliciousFile();

rule(106013, 10, literal("Multiple potentially malicious files received from same source $(IP)."));
counts(106011, 3, IP);
pointsToMaliciousFile();

rule(106014, 10, literal("Same potentially malicious file $(fileName) detected on multiple recipients."));
counts(106011, 4, sha256);
pointsToMaliciousFile();

rule(106015, 10, literal("Multiple potentially malicious files received from same domain."));
counts(106011, 3, SenderDomain);
pointsToMaliciousFile();

/** The signature of API 1.0: HMAC-SHA1 over date, request id, path and application key. */
import { createHmac } from "node:crypto";
import type { Secret } from "../runtime/secret.ts";

export interface Api1Credentials {
  readonly appId: string;
  readonly appKey: Secret;
  readonly accessKey: Secret;
  readonly secretKey: Secret;
}

/** The headers of one request. The date must be within minutes of Mimecast's own. */
export function signedHeaders(
  credentials: Api1Credentials,
  path: string,
  time: number,
  requestId: string,
): Record<string, string> {
  const date = signatureDate(time);
  const key = Buffer.from(credentials.secretKey.reveal(), "base64");
  const text = `${date}:${requestId}:${path}:${credentials.appKey.reveal()}`;
  const signature = createHmac("sha1", key).update(text).digest("base64");
  return {
    authorization: `MC ${credentials.accessKey.reveal()}:${signature}`,
    "x-mc-app-id": credentials.appId,
    "x-mc-date": date,
    "x-mc-req-id": requestId,
  };
}

/** `Tue, 24 Nov 2015 12:50:11 UTC` */
export const signatureDate = (time: number): string => new Date(time).toUTCString().replace(/GMT$/, "UTC");

/** What can stop or hold up a delivery. Nothing is lost by any of it: what was not acknowledged is delivered later. */
import { ServiceError } from "../runtime/errors.ts";

export type DeliveryErrorCode =
  | "stopped"
  | "checkpoint_unreadable"
  | "checkpoint_unwritable"
  | "spool_unreadable"
  | "file_unreadable"
  | "file_vanished"
  | "done_failed"
  | "rejected_unwritable"
  | "output_unwritable"
  | "output_no_file"
  | "receiver_refuses_all";

export class DeliveryError extends ServiceError<DeliveryErrorCode> {}

/** What is thrown where work ends because it was asked to. */
export const stoppedError = (): DeliveryError =>
  new DeliveryError("stopped", { code: "stopped", remedy: "start it again; it goes on where it was" });

/** Which URLs a receiver may have. */
import * as z from "zod";

export const DEFAULT_URL = "http://127.0.0.1:8687/";

/** Without a user, a password, a query or a fragment: it stands in logs, and secrets do not belong there. */
export const receiverUrl = z
  .string()
  .refine(
    (value) => {
      if (!URL.canParse(value)) return false;
      const { protocol, username, password } = new URL(value);
      return /^https?:$/.test(protocol) && `${username}${password}` === "" && !/[?#]/.test(value);
    },
    { message: `must be a URL such as ${DEFAULT_URL}, without a user, a query or a fragment` },
  )
  .transform((value) => new URL(value).href);

/** Whether the URL's host is this machine: then no proxy has a part in it, and nobody else hears what is said. */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

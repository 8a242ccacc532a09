/** What the module writes, as much as is read here. */

/** An entry of `security_result`; one with a `rule_id` is that of a rule that fired. */
export interface SecurityResult {
  readonly rule_id?: string;
  readonly rule_name?: string;
  readonly detection_fields?: readonly { readonly key: string; readonly value: string }[];
}

/** A UDM event, or a record that was not mapped. */
export interface UdmEvent {
  readonly metadata?: { readonly event_type?: string; readonly product_event_type?: string };
  readonly security_result?: readonly SecurityResult[];
  readonly additional?: Readonly<Record<string, string>>;
  readonly mimecast_error?: { readonly code: string; readonly message: string };
}

/** Names of keys that came more than once, joined by `,`; undefined if none did. */
export function duplicateKeys({ security_result: results }: UdmEvent): string | undefined {
  return results?.[0]?.detection_fields?.find(({ key }) => key === "parser_duplicate_keys")?.value;
}

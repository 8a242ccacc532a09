/** The text, or its beginning and how much is left out. A copy, where it is cut: a slice would keep the whole text alive. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  return Buffer.from(`${text.slice(0, most)}…[${text.length - most} more]`).toString();
}

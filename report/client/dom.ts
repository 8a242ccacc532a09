/** Elements from values that strangers chose. Every text passes `visible` here and becomes a text node: none becomes HTML. */
import { visible } from "../../runtime/visible.ts";

export type Child = Node | string | undefined;

/** An element with attributes, which are ours and no stranger's, and children. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  for (const child of children) {
    if (child !== undefined) made.append(typeof child === "string" ? visible(child) : child);
  }
  return made;
}

let lastId = 0;

export const newId = (): string => `id-${++lastId}`;

/** Elements without innerHTML. Every text passes `visible` here, so that no caller can forget it: lines are written by strangers. */
import { visible } from "../runtime/visible.ts";

export type Child = Node | string | undefined;

/** An element with attributes and children; strings become text. */
export function h<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, visible(value));
  element.append(...nodes(children));
  return element;
}

/** Puts children in the place of those that are there. */
export function fill(element: Element, ...children: readonly Child[]): void {
  element.replaceChildren(...nodes(children));
}

const nodes = (children: readonly Child[]): Node[] =>
  children.flatMap((child) => {
    if (child === undefined) return [];
    return [typeof child === "string" ? document.createTextNode(visible(child)) : child];
  });

/** An element of index.html. */
export function byId<Type extends Element>(id: string, type: new () => Type): Type {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`the page has no ${type.name} #${id}`);
  return element;
}

export function button(text: string, act: () => void, attributes: Readonly<Record<string, string>> = {}) {
  const element = h("button", { type: "button", ...attributes }, text);
  element.addEventListener("click", act);
  return element;
}

/** Lights up what belongs together: what has the pointer or the keyboard's focus, and all that shares a part with it. */
import type { Part } from "../explain/links.ts";

/** Shown above or below an element that is brought into sight, in pixels. */
const MARGIN = 24;

const paneOf = (element: Element): Element | null => element.closest(".pane");

export class Linking {
  readonly #elements = new Map<Part, Set<Element>>();
  readonly #parts = new Map<Element, readonly Part[]>();
  #lit: readonly Element[] = [];

  constructor(root: Element) {
    root.addEventListener("pointerover", ({ target }) => this.#light(target));
    root.addEventListener("focusin", ({ target }) => this.#light(target));
    root.addEventListener("pointerleave", () => this.#light(document.activeElement));
    root.addEventListener("focusout", () => this.#light(null));
  }

  /** Forgets all elements. */
  clear(): void {
    this.#elements.clear();
    this.#parts.clear();
    this.#lit = [];
  }

  add(element: Element, parts: readonly Part[]): void {
    this.#parts.set(element, parts);
    for (const part of parts) {
      const same = this.#elements.get(part) ?? new Set();
      this.#elements.set(part, same.add(element));
    }
  }

  #light(target: EventTarget | null): void {
    const source = this.#sourceOf(target);
    for (const element of this.#lit) element.classList.remove("lit", "source");
    const parts = (source && this.#parts.get(source)) ?? [];
    this.#lit = [...new Set(parts.flatMap((part) => [...(this.#elements.get(part) ?? [])]))];
    for (const element of this.#lit) element.classList.add("lit");
    if (source !== undefined) this.#reveal(source);
    source?.classList.add("source");
  }

  /** Scrolls what is lit into sight, where panes scroll by themselves; not the pane that the hand is in. */
  #reveal(source: Element): void {
    const panes = new Set(this.#lit.map(paneOf));
    panes.delete(paneOf(source));
    for (const pane of panes) {
      if (pane === null) continue;
      const lit = this.#lit.filter((element) => paneOf(element) === pane);
      const places = lit.map((element) => element.getBoundingClientRect());
      const outer = pane.getBoundingClientRect();
      const above = Math.min(...places.map(({ top }) => top)) - outer.top - MARGIN;
      const below = Math.max(...places.map(({ bottom }) => bottom)) - outer.bottom + MARGIN;
      if (above < 0) pane.scrollTop += above;
      else if (below > 0) pane.scrollTop += Math.min(above, below);
    }
  }

  #sourceOf(target: EventTarget | null): Element | undefined {
    for (let at = target instanceof Element ? target : null; at !== null; at = at.parentElement) {
      if (this.#parts.has(at)) return at;
    }
    return undefined;
  }
}

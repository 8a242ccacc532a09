/** A list that is one stop for the Tab key; arrows, Home and End move within it. */

export function listbox(list: HTMLElement, label: string): void {
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", label);
  const options = [...list.children].filter((child) => child instanceof HTMLElement);
  for (const [index, option] of options.entries()) {
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.tabIndex = index === 0 ? 0 : -1;
  }
  list.addEventListener("keydown", (event) => {
    const at = options.indexOf(document.activeElement as HTMLElement);
    const to = target(event.key, at, options.length);
    if (at < 0 || to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    options[to]?.focus();
  });
  list.addEventListener("focusin", ({ target: focused }) => {
    for (const option of options) {
      option.tabIndex = option === focused ? 0 : -1;
      option.setAttribute("aria-selected", String(option === focused));
    }
  });
}

function target(key: string, at: number, count: number): number | undefined {
  if (key === "ArrowDown") return Math.min(at + 1, count - 1);
  if (key === "ArrowUp") return Math.max(at - 1, 0);
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  return undefined;
}

/** Light, dark, or as the system has it. */

const THEMES = ["system", "light", "dark"] as const;
type Theme = (typeof THEMES)[number];
const KEY = "mimecast-udm-theme";

export function theme(button: HTMLButtonElement): void {
  let current = remembered();
  const show = (): void => {
    document.documentElement.dataset.theme = current;
    button.textContent = `Theme: ${current}`;
  };
  button.addEventListener("click", () => {
    current = THEMES[(THEMES.indexOf(current) + 1) % THEMES.length] as Theme;
    remember(current);
    show();
  });
  show();
}

function remembered(): Theme {
  try {
    return THEMES.find((name) => name === localStorage.getItem(KEY)) ?? "system";
  } catch {
    return "system"; // storage is forbidden here
  }
}

function remember(chosen: Theme): void {
  try {
    localStorage.setItem(KEY, chosen);
  } catch {
    // storage is forbidden here: the choice holds until the page is closed
  }
}

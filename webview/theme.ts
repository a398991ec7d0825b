/** A color of the theme by its CSS variable, as the body has it: its class is the kind of theme. */
export function color(name: string, fallback = '#888888'): string {
  return getComputedStyle(document.body).getPropertyValue(name).trim() || fallback;
}

/** Calls back when VS Code's theme has changed. */
export function onThemeChange(listener: () => void): void {
  new MutationObserver(listener).observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
}

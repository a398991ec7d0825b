import { join } from 'node:path';
import { mkdirSync, writeFileSync } from 'node:fs';
import { until } from './wait.mjs';

/** VS Code's own themes, one of each kind. */
const THEMES = [
  { name: 'light', theme: 'Default Light Modern', kind: 'vscode-light' },
  { name: 'high-contrast', theme: 'Default High Contrast', kind: 'vscode-high-contrast' },
  { name: 'high-contrast-light', theme: 'Default High Contrast Light', kind: 'vscode-high-contrast-light' },
  { name: 'dark', theme: 'Default Dark Modern', kind: 'vscode-dark' },
];

/**
 * A picture of the window in a theme of every kind, once the panel shows it. The last theme stays.
 * @param {import('./workbench.mjs').Workbench} workbench
 * @param {import('./runPanel.mjs').RunPanel} panel
 * @param {string} name of the pictures
 */
export async function inEveryTheme(workbench, panel, name) {
  const settings = join(workbench.folder, '.vscode');
  mkdirSync(settings, { recursive: true });
  for (const { name: suffix, theme, kind } of THEMES) {
    writeFileSync(join(settings, 'settings.json'), JSON.stringify({ 'workbench.colorTheme': theme }));
    const body = panel.page.locator('body');
    const seen = () => body.getAttribute('data-vscode-theme-kind');
    await until(`the panel in ${theme}`, async () => (await seen()) === kind, { seen });
    // Charts take their colours anew with the next frame.
    await body.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    await workbench.screenshot(`${name}-${suffix}`);
  }
}

import { join } from 'node:path';
import { mkdirSync, writeFileSync } from 'node:fs';
import { until } from './wait.mjs';

/** VS Code's own themes, one of each kind. */
const THEMES = [
  { name: 'light', theme: 'Default Light Modern', kind: 'vscode-light', window: 'vs' },
  { name: 'high-contrast', theme: 'Default High Contrast', kind: 'vscode-high-contrast', window: 'hc-black' },
  { name: 'high-contrast-light', theme: 'Default High Contrast Light', kind: 'vscode-high-contrast-light', window: 'hc-light' },
  { name: 'dark', theme: 'Default Dark Modern', kind: 'vscode-dark', window: 'vs-dark' },
];

/**
 * Takes a screenshot of the window in a theme of every kind, once the window and the panel, if any, show it. The last theme stays.
 * @param {import('./workbench.mjs').Workbench} workbench
 * @param {import('./runPanel.mjs').RunPanel | undefined} panel
 * @param {string} name of the screenshots
 */
export async function inEveryTheme(workbench, panel, name) {
  const settings = join(workbench.folder, '.vscode');
  mkdirSync(settings, { recursive: true });
  for (const { name: suffix, theme, kind, window } of THEMES) {
    writeFileSync(join(settings, 'settings.json'), JSON.stringify({ 'workbench.colorTheme': theme }));
    await workbench.see(`the window in ${theme}`, workbench.page.locator(`.monaco-workbench.${window}`));
    if (panel) await seePanelIn(panel, theme, kind);
    await workbench.screenshot(`${name}-${suffix}`);
  }
}

/** @param {import('./runPanel.mjs').RunPanel} panel @param {string} theme @param {string} kind */
async function seePanelIn(panel, theme, kind) {
  const body = panel.page.locator('body');
  const seen = () => body.getAttribute('data-vscode-theme-kind');
  await until(`the panel in ${theme}`, async () => (await seen()) === kind, { seen });
  // Charts take their colors again with the next frame.
  await body.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
}

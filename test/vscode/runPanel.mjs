import { LONG, SHORT, until } from './wait.mjs';

/** @typedef {import('./workbench.mjs').Workbench} Workbench */
/** @typedef {import('playwright-core').FrameLocator} FrameLocator */

/** A run's panel, as the user sees it: its state, its charts, its table. */
export class RunPanel {
  /** @param {Workbench} workbench @param {FrameLocator} page */
  constructor(workbench, page) {
    this.workbench = workbench;
    this.page = page;
  }

  /** The open panel, once it shows a run, in a given state if one is named. @param {Workbench} workbench @param {string} [state] */
  static async of(workbench, state) {
    return new RunPanel(workbench, await workbench.webview(state === undefined ? 'body[data-state]' : `body[data-state="${state}"]`));
  }

  /** @param {string} state as in `RunState` */
  async seeState(state, timeout = 300_000) {
    const body = this.page.locator('body');
    const now = () => body.getAttribute('data-state', { timeout: SHORT });
    await until(`the panel to say "${state}"`, async () => (await now()) === state, { timeout, seen: now });
  }

  /** A button of the run's toolbar: Pause, Stop, Resume … @param {string} name */
  async press(name) {
    const button = this.page.locator('vscode-button').filter({ hasText: new RegExp(`^\\s*${name}\\s*$`) });
    await this.workbench.see(`the button ${name} in the panel`, button);
    // A busy machine draws a run's charts slowly, and the click waits for that.
    await button.click({ timeout: LONG });
  }

  /** Rows of the ranked table. @param {string} [origin] as in `PromptRow` */
  rows(origin) {
    return this.page.locator(`table.ranked > tbody > tr${origin === undefined ? '[class*="origin-"]' : `.origin-${origin}`}`);
  }

  /** The table's row of a prompt. @param {string} prompt */
  rowOf(prompt) {
    // The chips show spaces as marks; the button's label has the text itself.
    return this.page.locator(`table.ranked > tbody > tr:has(button[aria-label=${JSON.stringify(`Details of ${prompt}`)}])`);
  }

  /** Types into the field that evaluates a prompt. @param {string} text */
  async typePrompt(text) {
    const field = this.page.locator('.evaluate textarea');
    await until('the field for a prompt to accept text', () => field.isEnabled());
    await field.fill(text, { timeout: SHORT });
  }

  /** For every chart its title, how many steps it has, and how many colors its canvas has: a drawn chart has several. */
  charts() {
    return this.page.locator('figure.chart').evaluateAll((figures) =>
      figures.map((figure) => {
        const canvas = figure.querySelector('canvas');
        const colors = new Set();
        const context = canvas?.getContext('2d');
        if (canvas && context && canvas.width > 0) {
          const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
          for (let i = 0; i < data.length; i += 4) if ((data[i + 3] ?? 0) > 200) colors.add(`${data[i]},${data[i + 1]},${data[i + 2]}`);
        }
        const points = figure.querySelector('[data-points]')?.getAttribute('data-points');
        return { title: figure.querySelector('figcaption')?.textContent, points: Number(points), colors: colors.size };
      }),
    );
  }
}

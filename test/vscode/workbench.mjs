import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SCREENSHOTS } from './browser.mjs';
import { LONG, SHORT, until } from './wait.mjs';

/** @typedef {import('playwright-core').Locator} Locator */

/** How VS Code's record of open editors names the extension's panel. */
const PANEL = 'mainThreadWebview-rlprompt.run';

/** What a user does and sees in a VS Code window. Every step waits for what it needs, for a bounded time, and says what was missing. */
export class Workbench {
  /**
   * @param {Awaited<ReturnType<typeof import('./browser.mjs').openPage>>} window
   * @param {string} folder the workspace folder
   */
  constructor(window, folder) {
    this.context = window.context;
    this.page = window.page;
    this.errors = window.errors;
    this.folder = folder;
  }

  /** Opens the workspace folder, and waits until its files are in the explorer. @param {import('./server.mjs').Server} server */
  async open(server) {
    await this.page.goto(`${server.url}/?folder=${this.folder}`, { timeout: LONG });
    await this.#ready();
  }

  #ready(timeout = LONG) {
    return this.see("the workspace's files in the explorer", this.page.locator('.explorer-folders-view .monaco-list-row').first(), timeout);
  }

  /**
   * Reloads the window: its extension host ends, and another one starts. Waits before until VS Code has kept the panel: in a browser
   * it keeps what is open every few seconds when it is idle, and what it begins to write while the window closes may be lost.
   */
  async reload() {
    await until('VS Code to keep the panel', () => this.page.evaluate(keepsEditors, PANEL));
    await this.page.reload({ timeout: LONG });
    // A side bar that was hidden shortly before may still be hidden.
    await this.#ready(SHORT).catch(async () => {
      await this.showSideBar();
      await this.#ready();
    });
  }

  async close() {
    await this.context.close();
  }

  /** @param {string} name of the picture, without its ending */
  screenshot(name) {
    return this.page.screenshot({ path: this.picture(name) });
  }

  /** Where a picture goes. @param {string} name of the picture, without its ending */
  picture(name) {
    return join(SCREENSHOTS, `${name}.png`);
  }

  /**
   * Waits until something can be seen. @param {string} what for the error @param {Locator} locator
   */
  async see(what, locator, timeout = LONG) {
    await until(what, () => locator.isVisible(), { timeout });
    return locator;
  }

  /** @param {string} what for the error @param {Locator} locator */
  async seeNoMore(what, locator, timeout = LONG) {
    await until(`${what} to go`, async () => !(await locator.isVisible()), { timeout });
  }

  // ── command palette, pick lists, input boxes ──

  get #quickInput() {
    return this.page.locator('.quick-input-widget:visible');
  }

  get #quickRows() {
    return this.#quickInput.locator('.quick-input-list .monaco-list-row');
  }

  /** @param {string} text */
  async #openPalette(text) {
    await this.page.keyboard.press('F1');
    // VS Code drops the key while a panel takes the focus: the caller opens the palette again.
    await this.see('the command palette', this.#quickInput, 5_000);
    await this.#quickInput.locator('.quick-input-box input').fill(`>${text}`);
  }

  async #closeQuickInput() {
    await this.page.keyboard.press('Escape');
    await this.seeNoMore('the command palette', this.#quickInput, SHORT);
  }

  /**
   * The labels that the palette offers for a text, as soon as `enough` accepts them. While VS Code still reads extensions, the
   * palette lacks their commands, and an open one never gets them: close it and open it again.
   * @param {string} text
   * @param {(labels: string[]) => boolean} enough
   */
  async paletteLabels(text, enough = (labels) => labels.length > 0) {
    /** @type {string[]} */
    let labels = [];
    return until(
      `the palette's commands for "${text}"`,
      async () => {
        await this.#openPalette(text);
        const shown = await until(
          'them',
          async () => {
            labels = await this.#labels();
            return enough(labels) && labels;
          },
          { timeout: 2_000 },
        ).catch(() => undefined);
        await this.#closeQuickInput();
        return shown;
      },
      { seen: () => labels },
    );
  }

  async #labels() {
    const rows = await this.#quickRows.evaluateAll((elements) =>
      elements.map((row) => row.querySelector('.label-name')?.textContent ?? ''),
    );
    return rows.filter((label) => label !== '' && !label.startsWith('No matching'));
  }

  /**
   * Runs a command by its whole label; never presses Enter on another one.
   * @param {string} label
   */
  async runCommand(label) {
    const focused = this.#quickInput.locator('.quick-input-list .monaco-list-row.focused .label-name').first();
    await until(`the command "${label}" in the palette`, async () => {
      await this.#openPalette(label);
      const found = await until('it', async () => (await focused.textContent({ timeout: 500 })) === label, { timeout: 2_000 }).catch(
        () => false,
      );
      if (found) await this.page.keyboard.press('Enter');
      else await this.#closeQuickInput();
      return found;
    });
  }

  /** Chooses an entry of the pick list that is open. @param {string} label */
  async pick(label) {
    const row = this.#quickRows.filter({ hasText: label }).first();
    await this.see(`"${label}" in the pick list`, row);
    await row.click();
  }

  /** Accepts the selection of the open multi-select pick list. @param {string} title */
  async confirmPicks(title) {
    await this.see(`the pick list "${title}"`, this.#quickInput.filter({ hasText: title }));
    await this.page.keyboard.press('Enter');
  }

  /** Answers the input box that is open. @param {string} text */
  async answer(text) {
    await this.see('an input box', this.#quickInput);
    await this.#quickInput.locator('.quick-input-box input').fill(text);
    await this.page.keyboard.press('Enter');
  }

  // ── explorer, editors ──

  /** A row of the explorer. @param {string} name of a file or folder */
  inExplorer(name) {
    return this.page.locator(`.explorer-folders-view .monaco-list-row[aria-label^="${name}"]`).first();
  }

  /** Opens a file from the explorer in an editor that is not a preview. @param {string} name */
  async openFile(name) {
    await this.see(`${name} in the explorer`, this.inExplorer(name));
    await this.inExplorer(name).dblclick();
    await this.see(`the editor of ${name}`, this.tab(name));
    await this.see(`the text of ${name}`, this.page.locator('.editor-group-container.active .monaco-editor .view-line').first());
  }

  /** Shows an open editor and gives it the keyboard, which a panel may hold on to. @param {string} name */
  async focusEditor(name) {
    const focused = () =>
      this.page.evaluate(() => document.activeElement?.closest('.editor-group-container.active .monaco-editor') instanceof HTMLElement);
    await until(`the focus in the editor of ${name}`, async () => {
      await this.tab(name).click({ timeout: SHORT });
      return until('it', focused, { timeout: 2_000 }).catch(() => false);
    });
  }

  /** An editor's tab. @param {string} name */
  tab(name) {
    return this.page.locator(`.tabs-container .tab[data-resource-name="${name}"], .tabs-container .tab[aria-label^="${name}"]`).first();
  }

  /**
   * Chooses an item of a context menu. While the window starts, the item may be missing or disabled, and an open menu never
   * changes: close it and open it again.
   * @param {string} what was right-clicked @param {Locator} target @param {string} item
   */
  async contextMenu(what, target, item) {
    await this.see(what, target);
    const menu = this.page.locator('.monaco-menu');
    const entry = menu.getByRole('menuitem', { name: item, exact: true });
    await until(`"${item}" in the context menu of ${what}`, async () => {
      await target.click({ button: 'right', timeout: SHORT });
      const ready = async () => (await entry.isVisible()) && (await entry.isEnabled());
      const found = await until('it', ready, { timeout: 2_000 }).catch(() => false);
      if (!found) await this.page.keyboard.press('Escape');
      // A menu that has just opened may ignore the click and stay open: click again.
      const gone = async () => !(await menu.first().isVisible());
      await until(
        'the context menu to go',
        async () => {
          if (await gone()) return true;
          if (found) await entry.click({ timeout: 2_000 }).catch(() => undefined);
          return until('it', gone, { timeout: 2_000 });
        },
        { timeout: SHORT },
      );
      return found;
    });
  }

  /** What the active text editor shows, or the editor of a file, line by line from the top. @param {string} [file] shown, with or without the focus */
  async editorText(file) {
    const shown = this.page.locator(`.tab.active[data-resource-name="${file}"]`);
    const groups = this.page.locator('.editor-group-container');
    const group = file === undefined ? this.page.locator('.editor-group-container.active') : groups.filter({ has: shown });
    const lines = await group
      .first()
      .locator('.monaco-editor .view-lines')
      .first()
      .locator('.view-line')
      .evaluateAll((elements) =>
        elements.map((line) => ({ top: parseFloat(/** @type {HTMLElement} */ (line).style.top), text: line.textContent ?? '' })),
      );
    return lines
      .sort((a, b) => a.top - b.top)
      .map(({ text }) => text.replaceAll('\u00a0', ' '))
      .join('\n');
  }

  /** Replaces the whole text of the active editor by pasting, and saves it on request. @param {string} text */
  async pasteOver(text, { save = false } = {}) {
    await this.page.evaluate((copied) => navigator.clipboard.writeText(copied), text);
    await this.page.locator('.editor-group-container.active .monaco-editor .view-lines').first().click();
    const start = text.trimEnd().split('\n').slice(0, 10).join('\n');
    const there = async () => (await this.editorText()).startsWith(start);
    // VS Code drops keys while the window is busy. Only visible lines are in the DOM: go to the start to look, and back to the end.
    const paste = async () => {
      for (const key of ['Control+A', 'Control+V']) await this.page.keyboard.press(key);
      const scroll = () => this.page.keyboard.press('Control+Home').then(() => until('the pasted text', there, { timeout: 1000 }));
      return until('the pasted text', there, { timeout: 4000 }).catch(scroll);
    };
    await until('the pasted text in the editor', paste, { seen: () => this.editorText() });
    await this.page.keyboard.press('Control+End');
    if (save) await this.save();
  }

  async save() {
    await this.page.keyboard.press('Control+S');
    await this.seeNoMore('the mark of unsaved changes', this.page.locator('.editor-group-container.active .tab.active.dirty'));
  }

  // ── side bar ──

  /** Shows a view of the activity bar. @param {string} title */
  async openView(title) {
    const tab = this.page.locator('.activitybar').getByRole('tab', { name: title }).first();
    await this.see(`${title} in the activity bar`, tab);
    if ((await tab.getAttribute('aria-selected')) !== 'true') await tab.click();
    await until(`the view ${title}`, async () => (await tab.getAttribute('aria-selected')) === 'true', { timeout: SHORT });
  }

  /** Gives the editors the whole width. */
  hideSideBar() {
    return this.#sideBar(false);
  }

  showSideBar() {
    return this.#sideBar(true);
  }

  /** VS Code drops the key while a panel takes the focus: press it again. @param {boolean} wanted */
  async #sideBar(wanted) {
    const bar = this.page.locator('.part.sidebar .content').first();
    const done = async () => (await bar.isVisible()) === wanted;
    await until(`the side bar to be ${wanted ? 'shown' : 'hidden'}`, async () => {
      if (await done()) return true;
      await this.page.keyboard.press('Control+B');
      return until('it', done, { timeout: 2_000 }).catch(() => false);
    });
  }

  /** A row of a tree in the side bar, other than the explorer. @param {string | RegExp} text */
  inTree(text) {
    return this.page
      .locator(`.sidebar .custom-view-tree-node-item, .sidebar .tree-explorer-viewlet-tree-view .monaco-list-row`)
      .filter({ hasText: text })
      .first();
  }

  /** @param {string | RegExp} text */
  inSideBar(text) {
    return this.page.locator('.sidebar .content').getByText(text).first();
  }

  /** @param {string} text */
  buttonInSideBar(text) {
    return this.page.locator('.sidebar .content').getByRole('button', { name: text }).first();
  }

  // ── panels, notifications ──

  /**
   * The document of the webview that has an element: VS Code puts it two frames deep.
   * @param {string} selector of something in it
   */
  async webview(selector) {
    const outer = this.page.locator('iframe.webview.ready');
    return until(`a webview with ${selector}`, async () => {
      for (let index = 0; index < (await outer.count()); index++) {
        const document = outer.nth(index).contentFrame().frameLocator('#active-frame');
        if ((await document.locator(selector).count()) > 0) return document;
      }
      return undefined;
    });
  }

  /** A notification with a text. @param {string | RegExp} text */
  async notification(text, timeout = LONG) {
    return this.see(
      `a notification with ${String(text)}`,
      this.page.locator('.notifications-toasts .notification-list-item').filter({ hasText: text }).first(),
      timeout,
    );
  }

  /** Presses a button of a notification. @param {string | RegExp} text @param {string} button */
  async pressInNotification(text, button) {
    const notification = await this.notification(text);
    await notification.getByRole('button', { name: button, exact: true }).click({ timeout: SHORT });
  }

  /** Closes a notification by its cross. @param {string | RegExp} text */
  async dismissNotification(text) {
    const notification = await this.notification(text);
    await notification.hover({ timeout: SHORT });
    await notification.locator('.codicon-notifications-clear').click({ timeout: SHORT });
    await this.seeNoMore('the notification', notification, SHORT);
  }

  /** The modal dialog that is open. @param {string | RegExp} text in it */
  async dialog(text) {
    const dialog = this.page.locator('.monaco-dialog-box').filter({ hasText: text }).first();
    await this.see(`a dialog with ${String(text)}`, dialog);
    return dialog;
  }

  /** Presses a button of the modal dialog that is open. @param {string | RegExp} text in the dialog @param {string} button */
  async pressInDialog(text, button) {
    const dialog = await this.dialog(text);
    await dialog.getByRole('button', { name: button, exact: true }).click({ timeout: SHORT });
    await this.seeNoMore('the dialog', dialog, SHORT);
  }

  /** Closes every editor and panel. */
  async closeEditors() {
    await this.runCommand('View: Close All Editors');
    await this.seeNoMore('the editors', this.page.locator('.tabs-container .tab').first(), SHORT);
  }

  /** An entry of the status bar. @param {string | RegExp} text */
  inStatusBar(text) {
    return this.page.locator('.statusbar-item').filter({ hasText: text }).first();
  }

  /** The numbers of errors and warnings in the status bar. */
  async problems() {
    const text = await this.page.locator('.statusbar-item[id="status.problems"]').textContent({ timeout: SHORT });
    const [errors, warnings] = (text ?? '').match(/\d+/g) ?? [];
    if (errors === undefined || warnings === undefined)
      throw new Error(`Two numbers of problems expected in the status bar, found "${text}".`);
    return { errors: Number(errors), warnings: Number(warnings) };
  }

  /** Waits until the problems satisfy `expected`. @param {string} what @param {(problems: { errors: number, warnings: number }) => boolean} expected */
  async seeProblems(what, expected) {
    await until(what, async () => expected(await this.problems()), { seen: () => this.problems() });
  }

  // ── disk ──

  /** The folders of the runs beside the workspace's spec, the oldest first. */
  runFolders() {
    const runs = join('.rlprompt', 'runs');
    if (!this.exists(runs)) return [];
    return readdirSync(join(this.folder, runs))
      .sort()
      .map((name) => join(runs, name));
  }

  /** The names of the workspace's files and folders. */
  files() {
    return readdirSync(this.folder);
  }

  /** @param {string} name */
  exists(name) {
    return existsSync(join(this.folder, name));
  }

  /** A file of the workspace, as it is on disk. @param {string} name */
  readFile(name) {
    return readFileSync(join(this.folder, name), 'utf8');
  }

  /**
   * Waits until a file of the workspace satisfies `expected`. @param {string} name @param {string} what @param {(text: string) => boolean} expected
   */
  async waitForFile(name, what, expected, timeout = LONG) {
    await until(`${name} on disk: ${what}`, () => expected(this.readFile(name)), { timeout, seen: () => this.readFile(name).slice(-500) });
    return this.readFile(name);
  }
}

/** Runs in the page. @param {string} kept @returns {Promise<boolean>} whether VS Code's record of open editors holds a text */
async function keepsEditors(kept) {
  /** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
  const done = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  for (const { name } of await indexedDB.databases()) {
    if (name === undefined || !name.startsWith('vscode-web-state-db-')) continue;
    const database = await done(indexedDB.open(name));
    try {
      if (!database.objectStoreNames.contains('ItemTable')) continue;
      const store = database.transaction('ItemTable').objectStore('ItemTable');
      for (const value of await done(store.getAll())) if (JSON.stringify(value).includes(kept)) return true;
    } finally {
      database.close();
    }
  }
  return false;
}

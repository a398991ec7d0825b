import { readFileSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { pageHtml } from '../../src/host/panel/pageHtml';
import type { Difference, PageMethods, PanelMethods } from '../../src/messages/page';
import type { RunView } from '../../src/run/view/runView';
import { until } from '../until';
import { THEMES, type Theme } from './themes';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The path of a Chromium. */
    chromium: string;
  }
}

const ORIGIN = 'http://panel.test';
const NONCE = 'abc';
const FILES: Readonly<Record<string, string>> = { '/page.js': 'text/javascript', '/page.css': 'text/css' };
const settings = { smoothing: 0.8, trusted: true, functions: true };

export const openBrowser = (executablePath: string): Promise<Browser> =>
  chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });

/**
 * Opens a panel before each test and hands it over. After each, there is no error in the console and no breach of the content
 * security policy, whatever the test did. `current` is the panel that is open by then.
 */
export function eachPanel(executablePath: string, opened: (panel: Panel, browser: Browser) => void, current: () => Panel): void {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser(executablePath);
  });
  afterAll(() => browser.close());
  beforeEach(async () => opened(await Panel.open(browser), browser));
  afterEach(async () => expect(await current().close()).toEqual([]));
}

/** A call as one value: its method, and its argument if it has one. */
export type Call<M> = { [K in keyof M]: M[K] extends (...argument: infer A) => unknown ? [method: K, ...argument: A] : never }[keyof M];

interface Host {
  readonly sent: Call<PanelMethods>[];
  readonly violations: string[];
  /** Requests that wait for a reply. */
  readonly waiting: { readonly method: string; readonly id: number }[];
  state: unknown;
}

/** What VS Code gives a webview: its API and the theme's variables. Runs in the page. */
function fakeVsCode({ state, variables, kind }: { state: unknown; variables: Record<string, string>; kind: string }): void {
  const host: Host = { sent: [], violations: [], waiting: [], state };
  Object.assign(window, {
    host,
    acquireVsCodeApi: () => ({
      postMessage: ({ method, argument, id }: { method: never; argument: unknown; id?: number }) => {
        host.sent.push(argument === undefined ? [method] : [method, argument as never]);
        if (id !== undefined) host.waiting.push({ method, id });
      },
      getState: () => host.state,
      setState: (kept: unknown) => (host.state = kept),
    }),
  });
  document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
    host.violations.push(`${violatedDirective} ${blockedURI}`),
  );
  new MutationObserver((_, observer) => {
    // The parser has not reached the body at first.
    const body = document.querySelector('body');
    if (!body) return;
    observer.disconnect();
    body.className = kind;
    for (const [name, value] of Object.entries(variables)) document.documentElement.style.setProperty(`--vscode-${name}`, value);
  }).observe(document, { childList: true, subtree: true });
}

/** The built page in a browser, under the content security policy of the panel. */
export class Panel {
  private constructor(
    readonly page: Page,
    private readonly errors: string[],
  ) {}

  static async open(
    browser: Browser,
    { width = 1280, theme = 'vscode-dark', state }: { width?: number; theme?: Theme; state?: unknown } = {},
  ): Promise<Panel> {
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.stack ?? error.message));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) errors.push(message.text());
    });
    await page.addInitScript(fakeVsCode, { state, variables: THEMES[theme], kind: theme });
    await page.route(`${ORIGIN}/**`, (route) => {
      const { pathname } = new URL(route.request().url());
      const contentType = FILES[pathname];
      const body = contentType
        ? readFileSync(`dist${pathname}`)
        : pageHtml({ nonce: NONCE, cspSource: ORIGIN, script: `${ORIGIN}/page.js`, style: `${ORIGIN}/page.css`, title: 'reviews' });
      return route.fulfill({ contentType: contentType ?? 'text/html', body });
    });
    await page.goto(`${ORIGIN}/`);
    return new Panel(page, errors);
  }

  /** Calls a method of the page; returns once the page shows the change. */
  async post(...[method, argument]: Call<PageMethods>): Promise<void> {
    await this.message({ method, argument });
    // Updates that follow each other are drawn together.
    if (method === 'update') await this.settled();
  }

  /** Answers the page's request of a method, once it is there. */
  async reply(
    method: keyof PanelMethods,
    answer: { readonly value: unknown } | { readonly error: { readonly message: string } },
  ): Promise<void> {
    for (const reply of await this.waiting(method)) await this.message({ reply, ...answer });
  }

  /** Answers the page's requests of a method, each with its own value. */
  async replyInTurn(method: keyof PanelMethods, values: readonly unknown[]): Promise<void> {
    for (const [i, reply] of (await this.waiting(method)).entries()) await this.message({ reply, value: values[i] });
  }

  private waiting(method: keyof PanelMethods): Promise<number[]> {
    return until(`the page to ask for ${method}`, async () => {
      const ids = await this.page.evaluate((name) => {
        const { waiting } = (window as unknown as { host: Host }).host;
        return waiting.splice(0).flatMap((request) => (request.method === name ? [request.id] : []));
      }, method);
      return ids.length > 0 && ids;
    });
  }

  private async message(message: unknown): Promise<void> {
    await this.page.evaluate(
      (data) =>
        new Promise((resolve) => {
          // The page's listener comes first; its effects run after the next frame.
          const shown = (): number => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve)));
          addEventListener('message', shown, { once: true });
          postMessage(data, '*');
        }),
      message,
    );
  }

  /** Shows a run, or compares several. */
  async show(view: RunView, others: readonly RunView[] = [], differences: readonly Difference[] = []): Promise<void> {
    await this.post('snapshot', { view, ...(others.length > 0 && { others, differences }), settings });
  }

  /** The calls to the host since the last time. */
  sent(): Promise<Call<PanelMethods>[]> {
    return this.page.evaluate(() => (window as unknown as { host: Host }).host.sent.splice(0));
  }

  kept(): Promise<unknown> {
    return this.page.evaluate(() => (window as unknown as { host: Host }).host.state);
  }

  /** Resolves once the page has taken in its new size. */
  settled(): Promise<void> {
    return this.page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve)))),
    );
  }

  /**
   * What has too little room: elements whose content is wider than they are, unless it scrolls there by design, and elements
   * that reach beyond the window.
   */
  crowded(): Promise<string[]> {
    return this.page.evaluate(() => {
      const scrolls =
        '.row-details > div, .chart-table, .face pre, .whole-prompt > code, .candidate-text, .candidate-diff, .candidate-gate';
      const name = (one: Element): string =>
        `${one.tagName.toLowerCase()}.${one.getAttribute('class') ?? ''} “${one.textContent.slice(0, 30)}”`;
      const all = [...document.querySelectorAll<HTMLElement>('main *, main')].filter(
        (one) => !one.closest('.hidden, .plot, svg') && !(one.closest(scrolls) && !one.matches(scrolls)) && one.getClientRects().length > 0,
      );
      const wide = all.filter(
        (one) => !one.matches(scrolls) && getComputedStyle(one).display !== 'inline' && one.scrollWidth > one.clientWidth + 1,
      );
      const beyond = all.filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1);
      return [...wide.map((one) => `too wide: ${name(one)}`), ...beyond.map((one) => `beyond the window: ${name(one)}`)];
    });
  }

  /** Pixels by which the page is wider than its window. */
  overflow(): Promise<number> {
    return this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  }

  /** Closes it; returns what the browser complained about. */
  async close(): Promise<string[]> {
    const violations = await this.page.evaluate(() => (window as unknown as { host: Host }).host.violations);
    await this.page.close();
    return [...this.errors, ...violations];
  }
}

import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-progress-bar/index.js';
import type { FromPage } from '../src/messages/page';
import type { RunHead, RunState, RunView } from '../src/run/view/runView';
import { name } from './charts';
import { element, replaceChildren } from './dom';
import { count, duration, plural } from './format';
import { icon, type Icon } from './icons';
import { send } from './vscodeApi';

const STATES: Record<RunState, { text: string; icon: Icon }> = {
  queued: { text: 'Queued', icon: 'waiting' },
  starting: { text: 'Starting', icon: 'waiting' },
  running: { text: 'Running', icon: 'running' },
  paused: { text: 'Paused', icon: 'paused' },
  stopping: { text: 'Stopping', icon: 'stop' },
  interrupted: { text: 'Interrupted', icon: 'interrupted' },
  elsewhere: { text: 'Running elsewhere', icon: 'running' },
  failed: { text: 'Failed', icon: 'failed' },
  finished: { text: 'Finished', icon: 'finished' },
};

const STAGES = { policy: 'training', ranking: 'ranking', random: 'random search', test: 'held-out scores', finished: '' } as const;

/** What the run is, how far it is, and what can be done with it. Parts are made anew only when they changed, so that focus stays. */
export class Header {
  readonly root = element('header', {});
  private readonly title = element('div', { class: 'title' });
  private readonly buttons = element('div', { class: 'buttons', role: 'toolbar', 'aria-label': 'Run' });
  private readonly task = element('p', { class: 'task' });
  private readonly bar = element('vscode-progress-bar') as HTMLElement & { value?: number; max: number; indeterminate: boolean };
  private readonly progress = element('p', { class: 'progress' });
  private readonly actions = element('nav', { class: 'actions', 'aria-label': 'More' });
  private shown = { title: '', buttons: '', task: '', actions: '' };

  constructor() {
    this.bar.setAttribute('aria-label', 'Progress');
    this.root.append(element('div', { class: 'title-row' }, this.title, this.buttons), this.task, this.bar, this.progress, this.actions);
  }

  /** @param other the run that it is compared with; then the page is about both, and nothing can be done with either */
  show(view: RunView, other: RunView | undefined, trusted: boolean): void {
    const { head, rows } = view;
    const comparing = other !== undefined;
    const title = other ? `${name(view, other)} ↔ ${name(other, view)}` : head.name;
    const running = head.state === 'running' || head.state === 'paused';
    this.part('title', [title, head.state, head.stage], () => {
      const { text, icon: picture } = STATES[head.state];
      const doing = running || head.state === 'elsewhere' ? STAGES[head.stage] : '';
      const stage = doing !== '' && head.stage !== 'policy' ? `, ${doing}` : '';
      replaceChildren(
        this.title,
        element('h1', {}, title),
        !comparing && element('span', { class: `state state-${head.state}` }, icon(picture), `${text}${stage}`),
      );
    });
    this.part('buttons', [head.state, head.resumable, comparing, trusted], () => {
      const focused = this.buttons.contains(document.activeElement);
      replaceChildren(this.buttons, ...(comparing ? [] : controls(head, trusted)));
      // Who pressed Pause by the keyboard finds Continue under it.
      if (focused) (this.buttons.firstElementChild as HTMLElement | null)?.focus();
    });
    this.part('task', [head.taskModel, head.policyModel, head.template, head.rows, head.seed, head.promptLength], () =>
      replaceChildren(this.task, ...(comparing ? [] : description(head))),
    );
    const busy = running || head.state === 'elsewhere' || head.state === 'starting' || head.state === 'stopping';
    this.bar.hidden = comparing || !busy;
    this.bar.max = Math.max(1, head.steps);
    this.bar.value = head.step;
    this.bar.indeterminate =
      head.state === 'starting' || ((running || head.state === 'elsewhere') && head.stage !== 'policy' && head.state !== 'paused');
    replaceChildren(this.progress, ...(comparing ? [] : numbers(head)));
    this.progress.hidden = comparing || head.steps === 0;
    this.part('actions', [head.state, rows.length > 0, comparing, trusted], () =>
      replaceChildren(this.actions, ...(comparing ? [] : links(head, rows.length > 0, trusted))),
    );
  }

  private part(name: keyof Header['shown'], on: unknown[], make: () => void): void {
    const key = JSON.stringify(on);
    if (this.shown[name] === key) return;
    this.shown[name] = key;
    make();
  }
}

function button(text: string, message: FromPage, { secondary = false, disabled = false } = {}): HTMLElement {
  return element('vscode-button', { secondary, disabled, onclick: () => send(message) }, text);
}

function controls({ state, resumable }: RunHead, trusted: boolean): HTMLElement[] {
  switch (state) {
    case 'queued':
    case 'starting':
      return [button('Stop', { type: 'stop' }, { secondary: true })];
    case 'running':
      return [button('Pause', { type: 'pause' }), button('Stop', { type: 'stop' }, { secondary: true })];
    case 'paused':
      return [button('Continue', { type: 'continue' }), button('Stop', { type: 'stop' }, { secondary: true })];
    case 'interrupted':
    case 'failed':
      return resumable ? [button('Resume', { type: 'resume' }, { disabled: !trusted })] : [];
    case 'stopping':
    case 'elsewhere':
    case 'finished':
      return [];
  }
}

function description({ taskModel, policyModel, template, rows, seed, promptLength }: RunHead): (Node | string)[] {
  if (taskModel === '') return [];
  const models = policyModel === taskModel ? taskModel : `${taskModel}, policy on ${policyModel}`;
  const parts = template.split('{prompt}');
  const code = element('code', {}, parts[0] ?? '', element('mark', {}, '{prompt}'), parts.slice(1).join('{prompt}'));
  const facts = [`prompts of ${plural(promptLength, 'token')}`, `seed ${seed}`];
  if (rows) facts.unshift(`${count(rows.train)} train, ${count(rows.validation)} validation, ${count(rows.test)} held-out rows`);
  return [element('span', {}, models), code, ...facts.map((fact) => element('span', {}, fact))];
}

function numbers(head: RunHead): HTMLElement[] {
  const fact = (label: string, value: string): HTMLElement => element('span', {}, `${label} `, element('b', {}, value));
  const { queries } = head;
  const busy = head.state === 'running' || head.state === 'paused' || head.state === 'elsewhere';
  return [
    fact('step', `${count(head.step)} / ${count(head.steps)}`),
    fact('elapsed', duration(head.seconds)),
    ...(busy && head.secondsLeft !== null ? [fact('left, about', duration(head.secondsLeft))] : []),
    fact('queries', `${count(queries.computed)} computed, ${count(queries.asked)} asked`),
    fact('budget', count(head.queryBudget)),
  ];
}

function links(head: RunHead, hasRows: boolean, trusted: boolean): HTMLElement[] {
  const link = (text: string, message: FromPage): HTMLElement =>
    element('button', { class: 'link', type: 'button', onclick: () => send(message) }, text);
  const made = [link('Open spec', { type: 'openSpec' })];
  if (hasRows) {
    made.push(link('Compare with another run…', { type: 'compare' }));
    if (head.state === 'finished' && trusted) made.push(link('Evaluate on other models…', { type: 'transfer' }));
    made.push(link('Export CSV', { type: 'export', format: 'csv' }), link('Export Markdown', { type: 'export', format: 'markdown' }));
    made.push(link('Copy command', { type: 'copyCommand' }));
  }
  return [...made, link('Show log', { type: 'showLog' })];
}

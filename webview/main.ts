import 'uplot/dist/uPlot.min.css';
import './page.css';
import type { ToPage } from '../src/messages/page';
import { Charts, name } from './charts';
import { element, replaceChildren } from './dom';
import { EvaluateField } from './evaluateField';
import { face, gone, loading } from './faces';
import { Header } from './header';
import { EMPTY, receive, type Model } from './store';
import { PromptTable } from './table';
import { onThemeChange } from './theme';
import { notes, verdict } from './verdict';
import { send, vscode } from './vscodeApi';

const kept = vscode.getState();
const open = new Set(kept?.open ?? []);
let smoothing = kept?.smoothing;
let model: Model = EMPTY;
let due = false;

const header = new Header();
const charts = new Charts();
const faceBox = element('div', {});
const verdictBox = element('div', {});
const notesBox = element('div', {});
let shownNotes = '';
const table = new PromptTable(open, keep);
const [left, right] = [new PromptTable(open, keep, true), new PromptTable(open, keep, true)];
const pair = element('div', { class: 'pair' });
const evaluate = new EvaluateField((prompt) => table.reveal(prompt));
const live = element('p', { class: 'hidden', role: 'status', 'aria-live': 'polite' });
const slider = element('input', { type: 'range', min: 0, max: 0.99, step: 0.01, 'aria-label': 'Smoothing of the curves' });
slider.addEventListener('input', () => {
  smoothing = Number(slider.value);
  keep();
  draw();
});
const smoothingBox = element('label', { class: 'smoothing' }, 'Smoothing', slider);
const content = element(
  'main',
  {},
  header.root,
  faceBox,
  verdictBox,
  smoothingBox,
  charts.root,
  table.root,
  pair,
  evaluate.root,
  notesBox,
  live,
);
const placeholder = element('div', {}, loading());
document.body.append(placeholder, content);
content.hidden = true;

window.addEventListener('message', (event: MessageEvent<ToPage>) => {
  model = receive(model, event.data);
  if (event.data.type === 'snapshot') keep();
  draw();
});
onThemeChange(draw);
send({ type: 'ready' });

/** At most once a frame. */
function draw(): void {
  if (due) return;
  due = true;
  requestAnimationFrame(() => {
    due = false;
    drawNow();
  });
}

function drawNow(): void {
  const { view, other, settings } = model;
  content.hidden = !view || model.gone;
  placeholder.hidden = !content.hidden;
  if (model.gone) replaceChildren(placeholder, gone());
  if (!view || model.gone) return;
  const weight = smoothing ?? settings.smoothing;
  slider.value = String(weight);
  header.show(view, other, settings.trusted);
  replaceChildren(faceBox, other ? undefined : face(view, settings.trusted));
  const hasCurves = view.curves.steps.step.length > 0 || (other?.curves.steps.step.length ?? 0) > 0;
  charts.root.hidden = !hasCurves;
  smoothingBox.hidden = !hasCurves;
  if (hasCurves) charts.show(view, other, weight);
  replaceChildren(verdictBox, other ? undefined : verdict(view));
  // Made anew only when they changed, so that an open list stays open.
  const noted = other ? '' : `${view.head.state} ${view.head.notes.join()}`;
  if (noted !== shownNotes) replaceChildren(notesBox, other ? undefined : notes(view));
  shownNotes = noted;
  table.root.hidden = other !== undefined;
  pair.hidden = other === undefined;
  if (other) {
    const title = (text: string): HTMLElement => element('h2', {}, text);
    if (pair.childElementCount === 0)
      pair.append(element('div', {}, title(name(view, other)), left.root), element('div', {}, title(name(other, view)), right.root));
    left.show(view);
    right.show(other);
  } else table.show(view);
  evaluate.show(model);
  announce();
  document.body.dataset.state = view.head.state;
}

let said = { state: '', best: '' };

/** For screen readers: each change of state, and each new best prompt. */
function announce(): void {
  const { view } = model;
  if (!view) return;
  const best = view.rows.find(({ origin }) => origin === 'policy')?.prompt ?? '';
  const { state } = view.head;
  const parts: string[] = [];
  if (state !== said.state) parts.push(`${view.head.name}: ${state}.`);
  if (best !== said.best && best !== '') parts.push(`Best prompt so far: ${best.trim()}.`);
  said = { state, best };
  if (parts.length > 0) live.textContent = parts.join(' ');
}

function keep(): void {
  const { view, other } = model;
  if (!view) return;
  vscode.setState({
    id: view.head.id,
    ...(other && { other: other.head.id }),
    ...(smoothing !== undefined && { smoothing }),
    open: [...open],
  });
}

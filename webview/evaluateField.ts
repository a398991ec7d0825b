import { element } from './dom';
import { scoredText } from './format';
import type { Model, Scored } from './store';
import { send } from './vscodeApi';

/** Where a person types a prompt of theirs to get its scores. */
export class EvaluateField {
  readonly root: HTMLElement;
  private readonly field = element('vscode-textfield', { placeholder: 'Type a prompt of your own' }) as HTMLElement & {
    value: string;
    disabled: boolean;
    label: string;
  };
  private readonly button = element('vscode-button', { secondary: true }, 'Evaluate') as HTMLElement & { disabled: boolean };
  private readonly status = element('p', { class: 'evaluation', role: 'status' });

  private submitted = '';
  private told: Scored | undefined;

  /** @param onScored told once of each prompt whose row has come */
  constructor(private readonly onScored: (prompt: string) => void) {
    const submit = (): void => {
      if (this.field.value.trim() === '' || this.button.disabled) return;
      this.submitted = this.field.value;
      send({ type: 'evaluate', prompt: this.field.value });
    };
    this.field.setAttribute('aria-label', 'A prompt of your own');
    this.field.label = 'A prompt of your own';
    this.field.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') submit();
    });
    this.button.addEventListener('click', submit);
    this.root = element('div', { class: 'evaluate' }, element('div', { class: 'evaluate-row' }, this.field, this.button), this.status);
  }

  show({ view, evaluation, settings, other }: Model): void {
    this.root.hidden = !view || view.rows.length === 0 || other !== undefined;
    const disabled = evaluation.busy || !settings.trusted;
    this.button.disabled = disabled;
    this.field.disabled = disabled;
    const text = evaluation.busy
      ? 'Scoring on all rows of the task…'
      : (evaluation.error ??
        (evaluation.scored ? scoredText(evaluation.scored) : settings.trusted ? '' : 'Scoring waits until this workspace is trusted.'));
    if (this.status.textContent !== text) this.status.textContent = text;
    this.status.classList.toggle('error', evaluation.error !== undefined);
    if (this.told === evaluation.scored || this.root.hidden) return;
    this.told = evaluation.scored;
    if (!evaluation.scored) return;
    // Another prompt may have been typed while one from elsewhere was scored.
    if (this.field.value === this.submitted) this.field.value = '';
    this.onScored(evaluation.scored.row.prompt);
  }
}

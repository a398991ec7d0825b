import { useEffect, useRef } from 'preact/hooks';
import { scoredText } from './format';
import type { Evaluation } from './store';
import { send } from './vscodeApi';

const LABEL = 'Prompt to evaluate';

/** The field for a prompt to evaluate, and what became of the last one. */
export function EvaluateField({ evaluation: { busy, error, scored }, trusted }: { evaluation: Evaluation; trusted: boolean }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const submitted = useRef('');
  const disabled = busy || !trusted;
  // The user may have typed another prompt while one from elsewhere was evaluated.
  useEffect(() => {
    if (scored && field.current?.value === submitted.current) field.current.value = '';
  }, [scored]);
  const submit = (): void => {
    const prompt = field.current?.value ?? '';
    if (prompt.trim() === '' || disabled) return;
    submitted.current = prompt;
    send('evaluate', prompt);
  };
  return (
    <div class="evaluate">
      <div class="evaluate-row">
        <textarea
          ref={field}
          aria-label={LABEL}
          placeholder="Type a prompt to evaluate"
          disabled={disabled}
          rows={1}
          onKeyDown={(event) => {
            // Shift+Enter begins a line.
            if (event.key !== 'Enter' || event.shiftKey) return;
            event.preventDefault();
            submit();
          }}
        />
        <vscode-button secondary disabled={disabled} onClick={submit}>
          Evaluate
        </vscode-button>
      </div>
      <p class={error === undefined ? 'evaluation' : 'evaluation error'} role="status">
        {busy
          ? 'Evaluating on all rows of the task…'
          : (error ?? (scored ? scoredText(scored) : trusted ? '' : 'Trust this workspace to evaluate prompts.'))}
      </p>
    </div>
  );
}

import { useId } from 'preact/hooks';
import type { HeldOut } from '../../src/messages/page';
import { count, shortPrompt } from '../format';
import { ORIGINS } from '../names';

type Prompt = Pick<HeldOut['prompts'][number], 'prompt' | 'origin'>;

/** The prompts whose rows are shown: one, a baseline to compare it with, and perhaps a third. */
type Chosen = readonly [prompt: number, baseline: number | undefined, another: number | undefined];

/** The winner against a given baseline, else against no prompt, or against the next best where no prompt wins. */
export function firstChoice(prompts: readonly Prompt[], wanted?: string): Chosen {
  const given = wanted === undefined ? -1 : prompts.findIndex(({ prompt }) => prompt === wanted);
  if (given > 0) return [0, given, undefined];
  const none = prompts.findIndex(({ prompt }) => prompt === '');
  return [0, none > 0 ? none : prompts.length > 1 ? 1 : undefined, undefined];
}

const PLACES = ['Prompt', 'Baseline', 'Also show'] as const;

export function PromptChoices({
  prompts,
  chosen,
  choose,
}: {
  prompts: readonly Prompt[];
  chosen: Chosen;
  choose: (chosen: Chosen) => void;
}) {
  return (
    <div class="held-out-prompts">
      {PLACES.map((label, place) => (
        <Choice
          key={label}
          label={label}
          value={chosen[place] === undefined ? '' : String(chosen[place])}
          choose={(value) => {
            const index = value === '' ? undefined : Number(value);
            choose(chosen.map((one, i) => (i === place ? index : one)) as unknown as Chosen);
          }}
          options={[
            ...(place > 0 ? [{ value: '', text: '–' }] : []),
            ...prompts.map((prompt, i) => ({
              value: String(i),
              text: prompt.prompt === '' ? nameOf(prompt) : `${nameOf(prompt)} (${ORIGINS[prompt.origin]})`,
            })),
          ]}
        />
      ))}
    </div>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly text: string }[];
  readonly choose: (value: string) => void;
}

export function Choice({ label, value, options, choose }: ChoiceProps) {
  const id = useId();
  return (
    <span class="held-out-choice">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={({ currentTarget }) => choose(currentTarget.value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
    </span>
  );
}

interface FiltersProps<F extends string> {
  /** With the number of rows of each; `paired` ones compare with a baseline. */
  readonly filters: readonly { readonly key: F; readonly label: string; readonly paired: boolean; readonly rows: number }[];
  readonly filter: F;
  /** Whether there is a baseline. */
  readonly comparable: boolean;
  readonly choose: (filter: F) => void;
}

export function Filters<F extends string>({ filters, filter, comparable, choose }: FiltersProps<F>) {
  const name = useId();
  return (
    <fieldset class="held-out-filters">
      <legend class="hidden">Which rows</legend>
      {filters.map(({ key, label, paired, rows }) => (
        <label key={key}>
          <input type="radio" name={name} checked={filter === key} disabled={paired && !comparable} onChange={() => choose(key)} />
          {label} <b>{count(rows)}</b>
        </label>
      ))}
    </fieldset>
  );
}

export function nameOf({ prompt }: Prompt): string {
  return prompt === '' ? 'no prompt' : `“${shortPrompt(prompt, 60)}”`;
}

import type { ComponentChildren } from 'preact';
import type { PromptRow, RunHead } from '../src/run/view/runView';
import { Estimate, PromptCell, Score, type Range } from './cells';
import { percent, shortPrompt, whole } from './format';
import type { SortKey } from './store';
import { send } from './vscodeApi';
import { originOf } from './names';

/** A column of the table of prompts. */
export interface Column {
  /** What follows a colon tells columns of one kind apart. */
  readonly key: string;
  readonly title: string;
  readonly hint?: string;
  /** Aligned to the left. */
  readonly text?: boolean;
  /** Only once there are held-out scores. */
  readonly final?: boolean;
  /** Not where two tables are side by side. */
  readonly wide?: boolean;
  /** Rows with the least key come first, those without one last. */
  readonly sort: SortKey;
  /** The key is the negative of what the column shows. */
  readonly highestFirst?: boolean;
  /** @param short the row's prompt on one line */
  readonly cell: (row: PromptRow, range: Range, short: string) => ComponentChildren;
}

export function classOf({ key, text }: Column): string {
  return `${text ? '' : 'number '}column-${key.split(':')[0]}`;
}

const PROMPT: Column = {
  key: 'prompt',
  title: 'Prompt',
  text: true,
  sort: (row) => row.prompt.toLowerCase(),
  cell: (row, _, short) => (
    <>
      <PromptCell row={row} short={short} /> <span class={`origin origin-${row.origin} origin-narrow`}>{originOf(row)}</span>
    </>
  ),
};

const ORIGIN: Column = {
  key: 'origin',
  title: 'From',
  text: true,
  sort: originOf,
  cell: (row) => <span class={`origin origin-${row.origin}`}>{originOf(row)}</span>,
};

const GAP: Column = {
  key: 'gap',
  title: 'Gap',
  hint: 'Mean probability of the correct class minus that of the best other one, on the rows that steer the search',
  wide: true,
  highestFirst: true,
  sort: (row) => -row.gap,
  cell: (row) => row.gap.toFixed(3),
};

const MARGIN: Column = {
  key: 'margin',
  title: 'Margin',
  hint: 'How clearly the rows that steer the search are right, between −1 and 1, with each class counted the same; the rank goes by it',
  wide: true,
  highestFirst: true,
  sort: ({ choice }) => choice && -choice,
  cell: ({ choice }) => choice?.toFixed(3),
};

const F1: Column = {
  key: 'f1',
  title: 'Macro-F1',
  hint: 'On held-out rows',
  final: true,
  wide: true,
  highestFirst: true,
  sort: (row) => row.test?.macroF1 && -row.test.macroF1,
  cell: (row) => row.test?.macroF1?.toFixed(3),
};

/** The columns of classes, or of generated texts: those have a score by metric. */
export function columnsOf({ texts }: Pick<RunHead, 'texts'>, rows: readonly PromptRow[]): readonly Column[] {
  const measured = rows.some(({ choice }) => choice !== undefined);
  const measure = texts ? 'Mean score' : 'Accuracy';
  return [
    {
      key: 'rank',
      title: '#',
      hint: `Rank by the ${texts ? 'mean score' : measured ? 'margin' : 'gap'}, from the rows that steer the search (train and validation)`,
      sort: (row) => row.rank,
      cell: (row) => row.rank,
    },
    PROMPT,
    ORIGIN,
    ...(texts ? [] : [measured ? MARGIN : GAP]),
    {
      key: 'estimate',
      title: 'Estimate',
      hint: `${measure} on the rows that steer the search (train and validation) with its 95% interval; rows without a score are filled in. It flatters the prompts that the search chose`,
      highestFirst: true,
      sort: (row) => -row.estimate.accuracy,
      cell: (row) => <Estimate value={row.estimate} />,
    },
    {
      key: 'test',
      title: texts ? 'Held-out score' : 'Held out',
      hint: `${measure} on held-out rows with its 95% interval; the search never sees these rows`,
      final: true,
      highestFirst: true,
      sort: (row) => row.test && -row.test.accuracy,
      cell: (row, range) => (row.test ? <Score value={row.test} range={range} /> : <ScoreButton prompt={row.prompt} />),
    },
    ...(texts ? texts.metrics.map(metric) : [F1]),
    {
      key: 'perplexity',
      // A metric of that name is about the texts.
      title: texts ? 'Prompt’s perplexity' : 'Perplexity',
      hint: 'Of the prompt under the policy model',
      final: true,
      wide: true,
      sort: (row) => row.perplexity ?? undefined,
      cell: ({ perplexity }) => typeof perplexity === 'number' && whole(perplexity),
    },
  ];
}

function metric(name: string, index: number): Column {
  const scoreOf = ({ test }: PromptRow): number | undefined => test?.metrics?.[index]?.score;
  return {
    key: `metric:${index}`,
    title: name,
    hint: `Mean score by the metric “${name}” on held-out rows`,
    final: true,
    wide: true,
    highestFirst: true,
    sort: (row) => {
      const score = scoreOf(row);
      return score && -score;
    },
    cell: (row) => {
      const score = scoreOf(row);
      return score !== undefined && percent(score);
    },
  };
}

/** Where a score is paid for, only the prompts that the verdict is about have one. */
function ScoreButton({ prompt }: { prompt: string }) {
  const title = 'Score on held-out rows';
  return (
    <button
      type="button"
      class="small"
      title={title}
      aria-label={`${title}: ${shortPrompt(prompt)}`}
      onClick={() => send('evaluate', prompt)}
    >
      Score
    </button>
  );
}

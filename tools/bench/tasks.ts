import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

interface Task {
  readonly title: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Ordinary prompts, written before any was measured. */
  readonly manual: readonly string[];
}

const SENTIMENT = ['It was', 'All in all, it was', 'Absolutely', 'This movie is', 'In short,', 'Overall'];

/** Folders of the k-shot data published with RLPrompt. */
export const TASKS = {
  'sst-2': { title: 'SST-2', labels: { '0': 'terrible', '1': 'great' }, manual: SENTIMENT },
  agnews: {
    title: 'AG News',
    labels: { '0': 'world', '1': 'sports', '2': 'business', '3': 'technology' },
    manual: ['Topic:', 'Category:', 'This is about'],
  },
  'yelp-2': { title: 'Yelp', labels: { '0': 'terrible', '1': 'great' }, manual: SENTIMENT },
  'sst-5': { title: 'SST-5', labels: { '0': 'terrible', '1': 'bad', '2': 'okay', '3': 'good', '4': 'great' }, manual: SENTIMENT },
} as const satisfies Record<string, Task>;
export type TaskName = keyof typeof TASKS;

/** The files of one split of a task; with the judge `pool`, the rows of its other splits take the place of its test rows. */
export function filesOf(
  data: string,
  task: TaskName,
  split: string,
  judge: 'test' | 'pool',
): { train: string; validation: string; test: string } {
  const folder = join(data, task);
  const own = join(folder, `16-${split}`);
  const test = join(folder, 'test.tsv');
  const ownTest = judge === 'test' && existsSync(test);
  return { train: join(own, 'train.tsv'), validation: join(own, 'dev.tsv'), test: ownTest ? test : otherSplits(folder, split) };
}

/** Yelp has no test rows: those of the other splits, without duplicates and without the rows of this split, stand in for them. */
function otherSplits(folder: string, split: string): string {
  const read = (name: string): string[] =>
    ['train.tsv', 'dev.tsv']
      .flatMap((file) =>
        readFileSync(join(folder, name, file), 'utf8')
          .split(/\r?\n/)
          .slice(1),
      )
      .filter(Boolean);
  const own = new Set(read(`16-${split}`));
  const others = readdirSync(folder).filter((name) => name.startsWith('16-') && name !== `16-${split}`);
  const rows = [...new Set(others.flatMap(read))].filter((row) => !own.has(row));
  const file = join(tmpdir(), `rlprompt-bench-${process.pid}-${basename(folder)}-${split}.tsv`);
  writeFileSync(file, `text\tlabel\n${rows.join('\n')}\n`);
  return file;
}

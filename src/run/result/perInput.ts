import type { PromptScore, Scorer } from '../../method/scorer';
import type { ScoredTexts } from '../../metrics/scoredTexts';
import type { PromptIds } from '../../model/taskModel';
import { PromptGiver, type InputPolicy } from '../../search/inputPolicy';
import { estimateInterval } from './estimate';
import type { Experiment } from '../open/experiment';
import type { InputExample, PerInputResult, PromptResult, TransferScore } from './result';
import { paired, testScore } from './table';
import { textScore } from './textScore';

const EXAMPLES = 100;
const LENGTH = 300;

/** Gives each test row its prompt, scores them, and compares them with the prompts of the table. */
export async function perInputResult(
  experiment: Experiment,
  policy: InputPolicy,
  table: readonly PromptResult[],
  test: Scorer,
  signal?: AbortSignal,
): Promise<PerInputResult> {
  const { dataset, policyModel, compute, admits, inputs, toTask, prompt, texts } = experiment;
  const split = dataset.splits.test;
  const giver = await PromptGiver.open(policy, policyModel, compute, admits);
  const tokens = (await giver.prompts(inputs('test')).finally(() => giver.release())).map(toTask);
  const score = await test.scoreEachRow(tokens, signal);
  const versus: PerInputResult['versus'][number][] = [];
  for (const one of table) versus.push(one.test ? paired(score, (await test.score([one.tokens], signal))[0]!, split.labels) : null);
  const { different, promptOf } = countedPrompts(tokens);
  return {
    ...(policy.validation && { estimate: estimate(policy.validation, dataset.splits.validation.labels.length) }),
    test: texts
      ? (await textScore(score, eachRow(texts, tokens), [], test.rows.set, split, signal)).test
      : testScore(score, split, dataset.classes.length),
    versus,
    prompts: different.map(({ ids, rows }) => ({ ...prompt(ids), tokens: ids, rows })),
    promptOf,
    inputs: examples(score, split, promptOf),
  };
}

function estimate({ accuracy, missing = 0 }: NonNullable<InputPolicy['validation']>, rows: number): TransferScore {
  const n = rows - missing;
  return { accuracy, interval: estimateInterval(accuracy, n), n };
}

function countedPrompts(tokens: readonly PromptIds[]): {
  readonly different: readonly { readonly ids: PromptIds; readonly rows: number }[];
  readonly promptOf: readonly number[];
} {
  const counts = new Map<string, { ids: PromptIds; rows: number }>();
  for (const ids of tokens) {
    const known = counts.get(ids.join());
    if (known) known.rows++;
    else counts.set(ids.join(), { ids, rows: 1 });
  }
  const different = [...counts.values()].sort((a, b) => b.rows - a.rows);
  const places = new Map(different.map(({ ids }, place) => [ids.join(), place]));
  return { different, promptOf: tokens.map((ids) => places.get(ids.join())!) };
}

/** The texts of the prompt that each row got, in the place of one prompt's. */
function eachRow(texts: ScoredTexts, tokens: readonly PromptIds[]): Pick<ScoredTexts, 'metrics' | 'texts'> {
  return {
    metrics: texts.metrics,
    texts: async (_, set, rows, signal) => {
      const written: Awaited<ReturnType<ScoredTexts['texts']>>[number][] = [];
      for (const row of rows) written.push((await texts.texts(tokens[row]!, set, [row], signal))[0]!);
      return written;
    },
  };
}

function examples(
  { predicted, scores, failed = [] }: PromptScore,
  { texts, labels }: { readonly texts: readonly string[]; readonly labels: readonly number[] },
  promptOf: readonly number[],
): InputExample[] {
  const count = Math.min(EXAMPLES, texts.length);
  return Array.from({ length: count }, (_, i) => {
    const row = Math.floor((i * texts.length) / count);
    const isThere = !failed.includes(row);
    const characters = Array.from(texts[row]!);
    return {
      text: characters.length > LENGTH ? `${characters.slice(0, LENGTH - 1).join('')}…` : texts[row]!,
      prompt: promptOf[row]!,
      ...(scores
        ? { score: isThere ? scores[row]! : null }
        : { label: labels[row]!, predicted: isThere && predicted[row]! >= 0 ? predicted[row]! : null }),
    };
  });
}

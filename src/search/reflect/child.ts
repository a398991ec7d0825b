import type { Board } from './board';
import type { Candidate } from './candidate';
import type { Plan } from './planner';
import { proposal, reasonIn, type Refusal } from './proposal';
import type { ReflectSettings } from './settings';
import type { ReflectTask } from './task';

export interface ChildLimits {
  readonly settings: ReflectSettings;
  readonly maxTokens: number;
  /** Passages that every instruction keeps. */
  readonly frozen: readonly string[];
}

interface Child extends Pick<Candidate, 'instruction' | 'examples'> {
  /** What the proposer said beside the instruction. */
  readonly reason?: string | undefined;
}

/** What an answer makes of its parent, or why it is refused. */
export function childOf(
  { operator, parent, rows }: Plan,
  answer: string | undefined,
  { settings, maxTokens, frozen }: ChildLimits,
  task: ReflectTask,
  board: Board,
): Child | { readonly refused: Refusal; readonly reason?: string | undefined } {
  const known = (instruction: string, examples: readonly number[]): boolean =>
    [parent, ...board.candidates].some((each) => each.instruction === instruction && each.examples.join() === examples.join());
  if (operator === 'examples') {
    const { instruction } = parent;
    if (known(instruction, rows)) return { refused: 'known' };
    return task.tokens(withExamples(instruction, rows, task)) > maxTokens ? { refused: 'tooLong' } : { instruction, examples: rows };
  }
  if (answer === undefined) return { refused: 'failed' };
  const { examples } = parent;
  const reason = reasonIn(answer);
  const checked = proposal(answer, {
    maxTokens: maxTokens - task.tokens(withExamples('', examples, task)),
    tokens: (text) => task.tokens(text),
    frozen,
    rows: settings.copyGuard ? task.shown.map(({ input }) => input) : undefined,
    known: (instruction) => known(instruction, examples),
  });
  if ('refused' in checked) return { ...checked, reason };
  const instruction = task.asScored(checked.instruction);
  if (known(instruction, examples)) return { refused: 'known', reason };
  return { instruction, examples, reason };
}

/** An instruction and the rows that it shows. */
export function withExamples(instruction: string, examples: readonly number[], { shown }: Pick<ReflectTask, 'shown'>): string {
  const pairs = examples.map((row) => `Input: ${shown[row]!.input}\nOutput: ${shown[row]!.expected}`);
  return [instruction, ...pairs].filter((part) => part !== '').join('\n\n');
}

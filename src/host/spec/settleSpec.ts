import { applyEdits } from 'jsonc-parser';
import * as vscode from 'vscode';
import type { Problem } from '../../spec/problem';
import { askWord } from './labelWords';
import { editsOf } from './specEdits';
import type { SpecService } from './specService';

/** Rounds of checks; each settles one problem. */
const MOST_ROUNDS = 100;

/**
 * The text of a new spec without what its own check finds wrong: the user is asked for label words that will not do, quick
 * fixes settle the rest. What neither can settle stays, for the user to see. Undefined if the user cancels.
 * @param write the text of the spec with these label words
 */
export async function settleSpec(
  service: SpecService,
  file: string,
  words: Record<string, string>,
  write: (words: Record<string, string>) => string,
): Promise<string | undefined> {
  const fixes: NonNullable<Problem['fixes']>[number][] = [];
  const fixed = (): string => fixes.reduce((text, fix) => applyEdits(text, editsOf(text, fix)), write(words));
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const problems = await service.check(fixed(), file, { data: true, models: true });
    const problem = problems.find(({ severity }) => severity === 'error');
    if (!problem) break;
    const label = labelOf(problem);
    if (label !== undefined) {
      const close = (problem.fixes ?? []).flatMap(({ change }) =>
        typeof change === 'object' && 'value' in change ? [String(change.value)] : [],
      );
      const word = await askWord(
        vscode.l10n.t('Label words'),
        label,
        close,
        words,
        words[label] && `“${words[label]}”: ${problem.message}.`,
      );
      if (word === undefined) return undefined;
      words[label] = word;
    } else if (problem.fixes?.[0]) fixes.push(problem.fixes[0]);
    else break;
  }
  return fixed();
}

/** The label whose word is missing or wrong, if that is the problem. */
function labelOf({ code, field, args }: Problem): string | undefined {
  if (code === 'data.labelWithoutWord') return (args[0] as { label: string }).label;
  return code.startsWith('spec.label') && field?.startsWith('labels.') ? field.slice('labels.'.length) : undefined;
}

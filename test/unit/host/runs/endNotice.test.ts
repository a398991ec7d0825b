import { beforeEach, expect, it, vi } from 'vitest';
import { tellEnd } from '../../../../src/host/runs/endNotice';
import type { RunHead } from '../../../../src/run/view/runView';
import { RunViewBuilder } from '../../../../src/run/view/view';
import { smallResult } from '../../run/smallResult';

const shown = vi.hoisted(() => ({ information: [] as string[], errors: [] as string[], commands: [] as unknown[][], answer: '' }));
vi.mock('vscode', async () => ({
  ...(await import('../editor')),
  window: {
    showInformationMessage: (message: string, action: string) => (shown.information.push(message), Promise.resolve(shown.answer && action)),
    showErrorMessage: (message: string, action: string) => (shown.errors.push(message), Promise.resolve(shown.answer && action)),
  },
  commands: { executeCommand: (...call: unknown[]) => Promise.resolve(shown.commands.push(call)) },
}));

beforeEach(() => Object.assign(shown, { information: [], errors: [], commands: [], answer: '' }));

function finishedHead(): RunHead {
  const builder = new RunViewBuilder('/runs/a', 'small', '/small.prompt-task.json');
  const test = { accuracy: 0.75, interval: [0.6, 0.85] as const, n: 40, macroF1: 0.7, gap: 0.1, confusion: [], examples: [] };
  builder.finish(smallResult({ prompts: smallResult().prompts.map((prompt) => ({ ...prompt, test })) }));
  return builder.head;
}

it('gives the verdict on a run that the user is not looking at, and opens it', async () => {
  const head = finishedHead();
  await tellEnd(head, false);
  expect(shown.information).toEqual([`small: ${head.verdict!.title}. ${head.verdict!.text}`]);
  expect(shown.commands).toEqual([]);
  shown.answer = 'yes';
  await tellEnd(head, false);
  expect(shown.commands).toEqual([['rlprompt.openRun', '/runs/a']]);
});

it('gives the reason if it failed', async () => {
  await tellEnd({ ...finishedHead(), state: 'failed', error: 'The disk is full.' }, false);
  expect(shown.errors).toEqual([expect.stringContaining('The disk is full.')]);
});

it('says nothing of a run that is shown or that the user stopped', async () => {
  await tellEnd(finishedHead(), true);
  await tellEnd({ ...finishedHead(), state: 'interrupted' }, false);
  expect(shown).toMatchObject({ information: [], errors: [] });
});

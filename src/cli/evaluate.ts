import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { evaluate, makeRoom } from '../run/evaluate';
import { openExperiment } from '../run/experiment';
import { planEvaluation } from '../run/preview';
import { textTable } from '../run/report/report';
import { readSpec } from '../spec/spec';
import type { Command } from './arguments';
import { fetchHubModels } from './consent';
import { tellNotes } from './report';
import { introduce } from './terminal';

/** Scores given prompts; resolves to the exit status. */
export async function evaluatePrompts(command: Extract<Command, { name: 'evaluate' }>): Promise<number> {
  const spec = await readSpec(resolve(command.spec));
  makeRoom(spec, command.prompts);
  const threads = command.threads ?? availableParallelism();
  await fetchHubModels([spec.taskModel, spec.policyModel], { yes: command.yes });
  const experiment = await openExperiment(spec, { threads }, { plan: planEvaluation(command.prompts.length) });
  try {
    await introduce(experiment, command.yes);
    const known = new Set(experiment.notes);
    const prompts = await evaluate(experiment, command.prompts);
    tellNotes(experiment, known);
    process.stdout.write(command.json ? `${JSON.stringify({ format: 1, prompts }, null, 2)}\n` : `${textTable(prompts)}\n`);
    return 0;
  } finally {
    await experiment.release();
  }
}

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Handler } from '../unit/model/server/fakeServer';
import { send } from '../unit/model/server/fakeServer';
import { TRAIN, VALIDATION, type Simulation } from './grid';
import { CLASSES } from './hiddenRules';

/** Rows held out of the search. */
const TEST = 100;

/** The simulated task and its reflector behind one address: the answer depends on the request alone. */
export function simulatedServer(simulation: Simulation): Handler {
  const answer = simulatedAnswer(simulation);
  return (request, response) => {
    const { messages } = request.body;
    if (request.path !== '/v1/chat/completions' || !messages) return send(response, 404, { error: { message: 'no such address' } });
    const asked = messages.map(({ content }) => content).join('\n');
    send(response, 200, {
      choices: [{ index: 0, message: { role: 'assistant', content: answer(asked) }, finish_reason: 'stop' }],
      usage: { total_tokens: Math.ceil(asked.length / 4) },
    });
  };
}

/** What the task model or the reflector answers to a request. */
export function simulatedAnswer({ task, reflector }: Simulation): (asked: string) => string {
  return (asked) => {
    if (asked.includes('fenced by three backticks')) return reflector.answer(asked);
    const last = asked.lastIndexOf('Message ');
    if (last < 0) return 'OK';
    const row = Number(/^Message (\d{4})/.exec(asked.slice(last))![1]);
    return CLASSES[task.answer(asked.slice(0, last).trim(), row)]!;
  };
}

/** Writes the simulated task's rows, and a spec for a server with it; returns the spec's file. */
export function simulatedTask(folder: string, url: string, { task }: Simulation, more: Readonly<Record<string, unknown>> = {}): string {
  const lines = (from: number, to: number): string =>
    ['text,label', ...task.rows.slice(from, to).map(({ text, label }) => `"${text}",${CLASSES[label]}`)].join('\n');
  writeFileSync(join(folder, 'train.csv'), lines(0, TRAIN));
  writeFileSync(join(folder, 'validation.csv'), lines(TRAIN, TRAIN + VALIDATION));
  writeFileSync(join(folder, 'test.csv'), lines(TRAIN + VALIDATION, TRAIN + VALIDATION + TEST));
  const spec = {
    data: {
      train: 'train.csv',
      validation: 'validation.csv',
      test: 'test.csv',
      rowsPerClass: { train: TRAIN, validation: VALIDATION },
    },
    template: [{ role: 'user', content: '{prompt}\n\n{input}' }],
    taskModel: `openai:tiny@${url}`,
    server: { scoring: 'answer', maxRetries: 0 },
    policy: { hiddenSize: 32 },
    ...more,
  };
  const file = join(folder, 'topics.prompt-task.json');
  writeFileSync(file, JSON.stringify(spec, null, 2));
  return file;
}

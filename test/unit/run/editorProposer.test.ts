import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { AskError, type Ask } from '../../../src/model/server/editorModel';
import { optimizeJob, resumeJob } from '../../../src/run/jobs';
import type { RunResult } from '../../../src/run/result/result';
import { RunFolder } from '../../../src/run/store/storage';
import { readSpec } from '../../../src/spec/spec';
import { noteText } from '../../../src/wording/note';
import { word } from '../../../src/wording/wording';
import { simulation, START } from '../../simulator/grid';
import { simulatedAnswer, simulatedTask } from '../../simulator/server';
import { fakeFrontEnd } from './fakeFrontEnd';

const folder = mkdtempSync(join(tmpdir(), 'rlprompt-editor-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const world = simulation(0.9, 0, 3);
const answer = simulatedAnswer(world);
const WRITER = 'vendor/writer';
let runs = 0;

/** A run of reflection on two of the editor's models; `write` answers what the proposer is asked, `count` from 1. */
function run(write: (request: string, count: number, signal?: AbortSignal) => Promise<string>, signal = new AbortController().signal) {
  const path = join(folder, `run-${runs++}`);
  mkdirSync(path);
  const file = simulatedTask(path, '', world, {
    taskModel: 'vscode-lm:vendor/rules',
    proposer: `vscode-lm:${WRITER}`,
    prompt: { start: START },
    search: { method: ['reflect'], queryBudget: 700 },
    price: { taskModel: 1, proposer: 10 },
  });
  let count = 0;
  const ask: Ask = ({ model, messages }, aborted) => {
    const text = messages.map(({ content }) => content).join('\n');
    return model === WRITER ? write(text, ++count, aborted) : Promise.resolve(answer(text));
  };
  const out = new RunFolder(join(path, 'out'));
  const frontEnd = fakeFrontEnd({ ask, signal });
  const finished = async (): Promise<RunResult> => {
    const request = { spec: await readSpec(file), runs: [{ seed: 0, folder: out.path }], random: undefined, threads: 1 };
    await optimizeJob(request, frontEnd, () => undefined);
    return out.readResult();
  };
  return { out, frontEnd, finished, asked: () => count };
}

const write = (text: string): Promise<string> => Promise.resolve(answer(text));

describe("VS Code's models as task model and proposer", () => {
  it('go from a spec to a table, over empty answers and refusals', async () => {
    const { finished, asked } = run((text, count) => {
      if (count > 1 && count % 5 === 0) return Promise.resolve('');
      if (count > 1 && count % 7 === 0) return Promise.reject(new AskError('blocked', 'against the rules'));
      return write(text);
    });
    const { prompts, searches, cost, taskModelUse, notes } = await finished();
    expect(prompts[0]).toMatchObject({ origin: 'reflect' });
    expect(prompts[0]!.test!.accuracy).toBeGreaterThan(prompts.find(({ origin }) => origin === 'manual')!.test!.accuracy);
    const [{ proposer, taskModel }] = searches as [Required<NonNullable<RunResult['searches']>[number]>];
    // The first request asks for consent. Nobody counts these tokens.
    expect(proposer).toMatchObject({ calls: asked() - 1, counted: false, lost: 0 });
    expect(taskModel).toMatchObject({ counted: false });
    expect(taskModelUse!.tokens).toBeGreaterThan(taskModel.tokens);
    const amount = (taskModelUse!.tokens + 10 * proposer.tokens) / 1e6;
    expect(cost).toBe(`$${amount.toFixed(2)}`);
    const failed = Array.from({ length: asked() - 1 }, (_, i) => i + 2).filter((count) => count % 5 !== 0 && count % 7 === 0).length;
    const problem = word('server.editorBlocked', { model: WRITER, says: 'against the rules' });
    expect(notes.map(noteText)).toContain(word('search.proposalsFailed', { failed, of: proposer.calls, problem }));
  });

  it('without consent, or without a model, end before anything is searched, at the field of the spec', async () => {
    for (const [reason, code] of [
      ['no-consent', 'server.editorNoConsent'],
      ['no-model', 'server.editorNoModel'],
    ] as const) {
      const { finished, out } = run(() => Promise.reject(new AskError(reason, 'no')));
      await expect(finished()).rejects.toMatchObject({ problems: [{ code, field: 'proposer' }] });
      expect(out.hasCheckpoint()).toBe(false);
    }
  });

  it('whose quota is used up end the run, which is resumed later and pays for nothing twice', async () => {
    let spent = true;
    const requests: string[] = [];
    const { finished, frontEnd, out } = run((text, count) => {
      if (spent && count > 6) return Promise.reject(new AskError('quota', 'monthly quota'));
      requests.push(text);
      return write(text);
    });
    await expect(finished()).rejects.toMatchObject({ code: 'server.editorQuota' });
    expect(out.hasCheckpoint()).toBe(true);
    spent = false;
    const result = await resumeJob({ folder: out.path }, frontEnd);
    expect(result.prompts[0]!.origin).toBe('reflect');
    // Two requests for consent are the same; no proposal was asked for twice.
    const proposals = requests.filter((text) => text.includes('three backticks'));
    expect(new Set(proposals).size).toBe(proposals.length);
    const answers = readFileSync(out.file('proposals.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { answer?: true });
    expect(answers.filter((line) => line.answer)).toHaveLength(proposals.length);
  });

  it('are canceled when the run stops while they write', async () => {
    const stop = new AbortController();
    let canceled = 0;
    const { finished, out } = run((text, count, aborted) => {
      if (count < 6) return write(text);
      return new Promise((_, reject) => {
        aborted!.addEventListener('abort', () => {
          canceled++;
          reject(new Error('Canceled'));
        });
        stop.abort();
      });
    }, stop.signal);
    await expect(finished()).rejects.toMatchObject({ code: 'run.stopped' });
    expect(canceled).toBeGreaterThan(0);
    expect(out.hasCheckpoint()).toBe(true);
  });
});

import { mean } from '../../src/run/report/statistics';
import { Runner } from './runner';
import { TASKS, type TaskName } from './tasks';

/** Prompts in the memory from which on steps are timed: the reward model is full then. */
const FROM = 500;
const STEPS = 24;

/**
 * A step's own cost once the reward model holds as many prompts as it can: processor time of all threads, less that of the task
 * model, so other programs on the machine do not count.
 */
export async function stepCost(data: string, threads: number, tasks: readonly TaskName[]): Promise<void> {
  console.log('| task | a step, ms of processor time | slowest step | a step by the clock |\n|---|---|---|---|');
  for (const task of tasks) {
    const runner = new Runner({ data, judge: 'test', threads }, { task, split: '13', model: 'bundled:causal' });
    const cell = { method: 'default', split: '13', seed: 0, budget: 1e6, length: 5, warmStart: false } as const;
    let taskModel = 0;
    const search = await runner.open(cell, {}, async (ask) => {
      const before = processorTime();
      const answers = await ask();
      taskModel += processorTime() - before;
      return answers;
    });
    const [own, clock]: [number[], number[]] = [[], []];
    for (let prompts = 0; own.length < STEPS && !search.ended;) {
      const before = processorTime();
      taskModel = 0;
      const report = await search.advance();
      if (report.event !== 'step') break;
      if (prompts >= FROM) {
        own.push(processorTime() - before - taskModel);
        clock.push(report.milliseconds.policy + report.milliseconds.update);
      }
      prompts += report.distinct;
    }
    await search.release();
    await runner.release();
    console.log(`| ${TASKS[task].title} | ${mean(own).toFixed(0)} | ${Math.max(...own).toFixed(0)} | ${mean(clock).toFixed(0)} |`);
  }
}

/** Milliseconds of all threads of this process. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

import { mean } from '../../src/run/report/statistics';
import { TASKS, type TaskName } from './tasks';
import { Runner } from './runner';

/** Prompts in the memory from which on steps are timed: the reward model is full then. */
const FROM = 500;
const STEPS = 12;

/** A step's own cost, without the task model, once the reward model holds as many prompts as it can. */
export async function stepCost(data: string, threads: number): Promise<void> {
  console.log(`| task | proposals, ms | fits and update, ms | whole, ms | slowest step, ms |\n|---|---|---|---|---|`);
  for (const task of Object.keys(TASKS) as TaskName[]) {
    const runner = new Runner({ data, judge: 'test', threads }, { task, split: '13', model: 'bundled:causal' });
    const cell = { method: 'default', split: '13', seed: 0, budget: 1e6, length: 5, warmStart: false } as const;
    const search = await runner.open(cell, {});
    const timed: { policy: number; update: number }[] = [];
    for (let prompts = 0; timed.length < STEPS && !search.ended;) {
      const report = await search.advance();
      if (report.event !== 'step') break;
      if (prompts >= FROM) timed.push(report.milliseconds);
      prompts += report.distinct;
    }
    await search.release();
    await runner.release();
    const whole = timed.map(({ policy, update }) => policy + update);
    const cells = [timed.map(({ policy }) => policy), timed.map(({ update }) => update), whole].map((each) => mean(each).toFixed(0));
    console.log(`| ${TASKS[task].title} | ${cells.join(' | ')} | ${Math.max(...whole).toFixed(0)} |`);
  }
}

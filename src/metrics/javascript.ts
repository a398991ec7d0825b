import type { MetricEntry } from '../spec/generation';
import { CodedError, word, worded } from '../wording/wording';
import { MetricProblem, type MetricContext, type Opening } from './entry';
import type { Case, Judgment, Metric } from './metric';
import { scriptSettings, type ScriptSettings } from './script/readScript';
import { ScriptProcess, type Reply } from './script/scriptProcess';

/** Starts of a script's process in one run, and those without a score between them: a script that keeps ending ends the run. */
const MOST_STARTS = 100;
const IN_A_ROW = 10;

/** What a script beside the spec says: it runs only once the user has agreed to it. @throws MetricProblem */
export function javascript(entry: MetricEntry): Opening {
  const settings = scriptSettings(entry);
  return (context) => open(settings, context);
}

async function open(settings: ScriptSettings, { scripts }: MetricContext): Promise<Metric> {
  const script = scripts?.get(settings.file);
  if (!script) throw new MetricProblem('value', worded('metric.scriptNotAllowed', { found: settings.file }));
  const process = new ScriptProcess(script, settings);
  const flaw = flawOf(await process.start(), settings);
  if (flaw !== undefined) {
    await process.end();
    throw new MetricProblem('value', worded('metric.scriptNotLoaded', { found: settings.file, problem: flaw }));
  }
  let inARow = 0;
  const restart = (): Promise<Reply> => {
    if (++inARow > IN_A_ROW || process.starts >= MOST_STARTS)
      throw new CodedError('metric.scriptKeepsEnding', { name: settings.file, starts: process.starts });
    return process.start();
  };
  const judge = async ({ output, row }: Case, signal: AbortSignal | undefined): Promise<Judgment> => {
    const unloaded = process.running ? undefined : flawOf(await restart(), settings);
    if (unloaded !== undefined) return { score: NaN, reason: unloaded };
    const reply = await process.score(output, row, signal);
    const flaw = flawOf(reply, settings);
    if (flaw !== undefined) return { score: NaN, reason: flaw };
    inARow = 0;
    const { score = NaN, reason = word('metric.scriptScore', { score }) } = reply;
    return { score, reason };
  };
  return {
    key: JSON.stringify(['javascript', script.hash, settings.timeoutSeconds, settings.memoryMegabytes]),
    score: async (cases, signal) => {
      const judgments: Judgment[] = [];
      // One text at a time: the time limit is of one call.
      for (const each of cases) judgments.push(await judge(each, signal));
      return judgments;
    },
    release: () => process.end(),
  };
}

/** What is wrong with a reply, if anything is. */
function flawOf(reply: Reply, { timeoutSeconds, memoryMegabytes }: ScriptSettings): string | undefined {
  if (reply.noScore) return word('metric.scriptNoScore');
  if (reply.slow) return word('metric.scriptTooSlow', { seconds: timeoutSeconds });
  if (reply.large) return word('metric.scriptTooLarge', { megabytes: memoryMegabytes });
  if (reply.ended !== undefined) return word('metric.scriptEnded', { how: reply.ended });
  if (reply.found !== undefined) return word('metric.scriptReturned', { found: reply.found });
  if (reply.problem !== undefined) return word('metric.scriptThrew', { problem: reply.problem });
  return undefined;
}

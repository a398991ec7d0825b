import { Declined } from './declined';
import type { FrontEnd } from '../frontEnd';
import type { JudgePreview } from './preview';
import { describeJudge } from '../report/previewText';

/** A model that a job will use on a server, and what that takes, line by line. */
export interface Asked {
  readonly name: string;
  readonly lines: readonly string[];
}

/** Asks once for all servers that a job will use. @throws Declined */
export async function agreeToServers(asked: readonly Asked[], frontEnd: FrontEnd): Promise<void> {
  if (asked.length === 0) return;
  const model = [...new Set(asked.map(({ name }) => name))].join(', ');
  const lines = asked.flatMap((one) => one.lines);
  if (!(await frontEnd.consent(model, lines))) throw new Declined('run.declined', { model });
}

export function describeJudges(judges: readonly JudgePreview[]): Asked[] {
  return judges.map((judge) => ({ name: judge.name, lines: describeJudge(judge) }));
}

import { JudgeCalls } from '../../../src/metrics/judge/judgeCalls';
import type { MetricContext } from '../../../src/metrics/entry';

export const context: MetricContext = {
  problemAt: (path, problem) => ({ severity: 'error', file: 'a.json', field: path.join('.'), ...problem }),
  folder: '.',
  path: [],
  references: true,
  samples: ['a', 'b'],
  mostJudged: 1000,
  judgeCalls: new JudgeCalls(1000),
  compute: { threads: 1 },
  access: {},
};

import { describe, expect, it } from 'vitest';
import { outlookOf } from '../../../src/run/result/outlook';
import type { ScoredPrompt } from '../../../src/search/prompt';
import { word } from '../../../src/wording/wording';

const POOL = { train: 32, validation: 32 };
const LABELS = Array.from({ length: 64 }, (_, i) => i % 2);

function scored(accuracy: number, missing = 0): ScoredPrompt {
  const split = { reward: 0, gap: 0, accuracy, ...(missing > 0 && { missing }) };
  return { prompt: 'x', pieces: ['x'], gap: 0, train: split, validation: split };
}

describe('the outlook of the first scores', () => {
  it('says that the best of them is not above chance', () => {
    const outlook = outlookOf([scored(0.5), scored(0.5625)], POOL, LABELS)!;
    expect(outlook).toMatchObject({ code: 'verdict.notAboveChanceSoFar', accuracy: 0.5625, n: 64, majority: 0.5 });
    // Wilson's interval of 36 right of 64 at z = 2.2414, the normal quantile of 1 − 0.05 / 4.
    expect(outlook.interval[0]).toBeCloseTo(0.424, 3);
    expect(outlook.interval[1]).toBeCloseTo(0.6918, 3);
    expect(word(outlook.code, outlook)).toContain('56.3%');
  });

  it('is none once one of them is above', () => {
    expect(outlookOf([scored(0.5), scored(0.75)], POOL, LABELS)).toBeUndefined();
  });

  it('goes by the most common class and the rows that have a score', () => {
    const labels = LABELS.map((label, i) => (i < 48 ? 0 : label));
    expect(outlookOf([scored(0.75)], POOL, labels)).toMatchObject({ majority: 56 / 64 });
    expect(outlookOf([scored(0.6, 28)], POOL, LABELS)).toMatchObject({ n: 8 });
  });
});

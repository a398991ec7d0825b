import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/method/random';
import { PreferenceBandit } from '../../../../src/search/bandit';

describe('a bandit of preferences', () => {
  it('moves along the policy gradient by z-scored gains', () => {
    const bandit = new PreferenceBandit(['a', 'b']);
    bandit.learn('a', 0);
    bandit.learn('b', 0.2);
    expect(bandit.shares()).toEqual({ a: 0.5, b: 0.5 });
    // Mean 0.1, sample deviation √0.02: z = 0.4 / √0.02, and each preference moves by 0.3 z / 2.
    bandit.learn('a', 0.5);
    const move = (0.3 * 0.4) / Math.sqrt(0.02) / 2;
    expect(bandit.shares().a).toBeCloseTo(Math.exp(move) / (Math.exp(move) + Math.exp(-move)), 12);
  });

  it('comes to choose what gains most, among what is possible', () => {
    const random = new Random(0);
    const bandit = new PreferenceBandit(['good', 'bad', 'never']);
    for (let i = 0; i < 200; i++) {
      const action = bandit.choose(['good', 'bad'], random);
      expect(action).not.toBe('never');
      bandit.learn(action, (action === 'good' ? 0.1 : 0) + 0.05 * random.normal());
    }
    expect(bandit.shares(['good', 'bad']).good).toBeGreaterThan(0.9);
  });

  it('goes on where it was saved', () => {
    const [one, two] = [new PreferenceBandit(['a', 'b']), new PreferenceBandit(['a', 'b'])];
    for (const gain of [0, 0.3, -0.2]) one.learn('a', gain);
    two.restore(structuredClone(one.save()));
    for (const bandit of [one, two]) bandit.learn('b', 0.4);
    expect(two.save()).toEqual(one.save());
  });
});

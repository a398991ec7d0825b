import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** Seeded random numbers (xoroshiro128+), whose state can be kept in a checkpoint. */
export class Random {
  private generator;

  constructor(seed: number) {
    // The generator's own seeding gives neighboring seeds the same first numbers.
    this.generator = xoroshiro128plusFromState([1, 2, 3, 4].map((i) => mix(seed + Math.imul(i, 0x9e3779b9))));
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    return uniformFloat64(this.generator);
  }

  /** Uniform whole number in [0, n). */
  below(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** Standard normal, by Box and Muller. */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }

  /** 0 to n − 1 in random order (Fisher and Yates). */
  shuffled(n: number): number[] {
    const all = Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [all[i], all[j]] = [all[j]!, all[i]!];
    }
    return all;
  }

  get state(): readonly number[] {
    return this.generator.getState();
  }

  set state(state: readonly number[]) {
    this.generator = xoroshiro128plusFromState(state);
  }
}

/** Finalizer of MurmurHash3: numbers that are close together come out far apart. */
function mix(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

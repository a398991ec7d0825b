/** What the loss sees of B rollouts of T tokens; every array is [B, T], row by row. */
export interface Rollouts {
  readonly B: number;
  readonly T: number;
  /** Q(s_t, z_t): the online network's logit of the chosen token. */
  readonly Q: Float32Array;
  /** V(s_t) = logsumexp_a Q(s_t, a), online network. */
  readonly V: Float32Array;
  /** V'(s_t) of the target network. */
  readonly targetV: Float32Array;
  /** Shaped terminal reward of each rollout, [B]. */
  readonly reward: Float32Array;
}

interface LossAndDerivatives {
  readonly loss: number;
  /** ∂loss/∂Q(s_t, z_t), [B, T]. */
  readonly dQ: Float32Array;
  /** ∂loss/∂V(s_t), [B, T]. */
  readonly dV: Float32Array;
}

/**
 * Soft Q-learning with path consistency and a sparse terminal reward (Deng et al. 2022; Guo et al. 2021,
 * arXiv 2106.07704). With A_t = Q(s_t, z_t) − V(s_t) = log π(z_t | s_t):
 *
 *   one-step    A_t against V'_{t+1} − V'_t for t < T, and against r − V'_T at the end
 *   multi-step  Σ_{l ≥ t} A_l against r − V'_t
 *
 * Squared errors; the mean of the two, summed over t, averaged over the batch. Targets are constants.
 */
export function softQLoss({ B, T, Q, V, targetV, reward }: Rollouts): LossAndDerivatives {
  const dQ = new Float32Array(B * T);
  const dV = new Float32Array(B * T);
  let loss = 0;
  for (let b = 0; b < B; b++) {
    const r = reward[b]!;
    // Multi-step errors from the back: the sum of advantages from t on.
    const multi = new Float64Array(T);
    let rest = 0;
    for (let t = T - 1; t >= 0; t--) {
      const i = b * T + t;
      rest += Q[i]! - V[i]!;
      multi[t] = rest - (r - targetV[i]!);
    }
    let multiBefore = 0; // Σ_{s ≤ t} of the multi-step errors: A_t is in every one of those sums
    for (let t = 0; t < T; t++) {
      const i = b * T + t;
      const next = t < T - 1 ? targetV[i + 1]! : r;
      const one = Q[i]! - V[i]! - (next - targetV[i]!);
      multiBefore += multi[t]!;
      loss += (one ** 2 + multi[t]! ** 2) / 2;
      const dA = (one + multiBefore) / B; // ½ · 2 · (…), averaged over the batch
      dQ[i] = dA;
      dV[i] = -dA;
    }
  }
  return { loss: loss / B, dQ, dV };
}

/** Messages of `method/`: `'method.code': (arguments) => text`. */
export const methodWording = {
  'method.maskedPolicy': ({ model }: { model: string }) =>
    `The policy model ${model} is a masked model; the policy needs a causal one, such as bundled:causal.`,
  'method.noHead': ({ model, file }: { model: string; file: string }) =>
    `The policy needs the states that go into the output head of ${model}, and no head can be recognized in ${file}. Use another file of it (fp32 or fp16), or bundled:causal as the policy model; it works as the task model.`,
  'method.noStart': ({ model }: { model: string }) =>
    `The tokenizer of ${model} names no bos_token or eos_token for the policy to start from.`,
  'method.tokenBeyondModel': ({ model, token, last }: { model: string; token: number; last: number }) =>
    `tokenizer.json of ${model} has a token ${token} and the model ends at ${last}: they do not belong together.`,
  'method.diverged': ({ step, gradient }: { step: number; gradient: number }) =>
    `Training has diverged at step ${step}: the gradient is ${gradient}. Try a smaller search.learningRate.`,
  'method.noRowScored': ({ rows, reason }: { rows: number; reason?: string | undefined }) =>
    `None of a prompt's ${rows} rows could be scored${reason === undefined ? '' : `; the last one: ${reason}`}.`,
  'method.noneAdmitted': () =>
    'The chat template changes every prompt that begins like the current one. Use another template, or "tokens": "words".',
  'method.otherScores': () => 'The scores in the checkpoint belong to another model, template or set of label words.',
};

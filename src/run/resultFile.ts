import { z } from 'zod';
import type { RunResult } from './result';

const split = z.looseObject({ reward: z.number(), gap: z.number(), accuracy: z.number() });
const queries = z.looseObject({ asked: z.number(), computed: z.number() });

/** What tables and summaries read of a result. */
const shape = z.looseObject({
  status: z.enum(['finished', 'failed']),
  taskModel: z.string(),
  template: z.string(),
  steps: z.number(),
  seconds: z.number(),
  queries,
  randomQueries: queries.nullable(),
  learning: z.looseObject({}),
  pairedTest: z.looseObject({}),
  notes: z.array(z.string()),
  prompts: z
    .array(
      z.looseObject({
        rank: z.number(),
        prompt: z.string(),
        origin: z.string(),
        gap: z.number(),
        train: split,
        validation: split,
        test: z.looseObject({ accuracy: z.number(), interval: z.tuple([z.number(), z.number()]), n: z.number() }).optional(),
      }),
    )
    .min(1),
});

/** Reads the text of a `result.json`. @throws Error that names the file, what was found and what to do */
export function parseResult(text: string, file: string): RunResult {
  const instead = 'restore it from a copy, or start the run anew from its spec.';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is damaged: it is no JSON (${(error as Error).message}). To read its run, ${instead}`, { cause: error });
  }
  if (typeof value !== 'object' || value === null || !('format' in value))
    throw new Error(`${file} is no result of a run: it has no "format". To read its run, ${instead}`);
  if (value.format !== 1)
    throw new Error(
      `${file} has "format": ${JSON.stringify(value.format)}, and this version of RLPrompt reads 1. Read it with the version that wrote it, or ${instead}`,
    );
  const { error } = shape.safeParse(value);
  if (error) {
    const { path, message } = error.issues[0]!;
    throw new Error(`${file} is damaged: at "${path.join('.')}": ${message}. To read its run, ${instead}`);
  }
  return value as RunResult;
}

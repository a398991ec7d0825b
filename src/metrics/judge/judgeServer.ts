import { join } from 'node:path';
import type { z } from 'zod';
import type { ServerPace } from '../../model/door';
import type { AnswerStore } from '../../model/server/answerStore';
import type { Client } from '../../model/server/client';
import { connect, serverAccess } from '../../model/server/openServer';
import { secondsOf } from '../../model/server/opening';
import { serverSchema } from '../../spec/schema';
import { word } from '../../wording/wording';
import type { MetricContext } from '../entry';

/** How a metric's server is used: like the task model's, as far as that applies. */
export const judgeServerSchema = serverSchema.pick({ concurrency: true, timeoutSeconds: true, maxRetries: true, apiKeyVariable: true });

/** Texts that the rate is measured on. */
const MEASURED = 4;

/** A server's model that metrics ask, tried on some texts. */
interface Tried<T> {
  readonly model: T;
  readonly name: string;
  /** Where answers are kept. */
  readonly cacheFolder: string;
  /** @param tokensPerQuery as the server counts them. @param estimated where it does not */
  readonly pace: (tokensPerQuery: number | undefined, estimated: number) => ServerPace;
}

/** What users should know of a metric that asks a server. */
export function judgeNotes(name: string, calls: number, most: number, fromStore: number, { problem }: AnswerStore): string[] {
  return [word('metric.judgeCalls', { name, calls, most, fromStore }), ...(problem === undefined ? [] : [problem])];
}

/** Finds a server and its model, and measures its rate on texts that look like those to come. @throws ServerError */
export async function tryServer<T>(
  { model: reference, server }: { readonly model: string; readonly server: z.output<typeof judgeServerSchema> },
  { folder, path, access, samples }: Pick<MetricContext, 'folder' | 'path' | 'access' | 'samples'>,
  open: (client: Client, model: string) => T,
  ask: (model: T, text: string) => Promise<unknown>,
): Promise<Tried<T>> {
  const { signal, cacheFolder = join(folder, '.rlprompt', 'cache') } = access;
  const { use, name, keyFrom } = await connect(reference, serverSchema.parse(server), serverAccess(access), signal);
  const trial = samples.slice(0, MEASURED);
  let model: T;
  const seconds = await secondsOf(access, [...path, name], () =>
    use(async (client, named) => {
      model = open(client, named);
      await Promise.all(trial.map((text) => ask(model, text)));
    }),
  );
  const pace = (counted: number | undefined, estimated: number): ServerPace => ({
    name,
    queriesPerSecond: trial.length / seconds,
    tokensPerQuery: counted ?? estimated,
    tokensCounted: counted !== undefined,
    keyFrom,
  });
  return { model: model!, name, cacheFolder, pace };
}

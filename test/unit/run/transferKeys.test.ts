import { describe, expect, it } from 'vitest';
import { fakeFrontEnd } from './fakeFrontEnd';
import { transferJob } from '../../../src/run/transfer';

const KEY = 'sk-live-Zx81qTestKeyOfNobody';

describe('a transfer to a reference that holds a key', () => {
  it.each([`openai:m@https://user:${KEY}@host.example/v1`, `openai:${KEY}@https://host.example/v1`, `openai:m@${KEY}`])(
    'is refused before anything is read, without showing it',
    async (reference) => {
      const refused = await transferJob({ folder: 'no/such/run', models: ['bundled:masked', reference], threads: 1 }, fakeFrontEnd()).catch(
        (error: unknown) => error as Error,
      );
      expect(refused).toMatchObject({ name: 'ServerError' });
      expect((refused as Error).message).not.toContain(KEY);
    },
  );
});

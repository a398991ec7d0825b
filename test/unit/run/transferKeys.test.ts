import { describe, expect, it } from 'vitest';
import { RunFolder } from '../../../src/run/store/storage';
import { transfer } from '../../../src/run/transfer';

const KEY = 'sk-live-Zx81qTestKeyOfNobody';

describe('a transfer to a reference that holds a key', () => {
  it.each([`openai:m@https://user:${KEY}@host.example/v1`, `openai:${KEY}@https://host.example/v1`, `openai:m@${KEY}`])(
    'is refused before anything is read, without showing it',
    async (reference) => {
      const refused = await transfer(new RunFolder('no/such/run'), ['bundled:masked', reference], { threads: 1 }).catch(
        (error: unknown) => error as Error,
      );
      expect(refused).toMatchObject({ name: 'ServerError' });
      expect((refused as Error).message).not.toContain(KEY);
    },
  );
});

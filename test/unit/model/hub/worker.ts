import { download } from '../../../../src/model/hub/download';
import { planDownload } from '../../../../src/model/hub/plan';

/** A process of its own that downloads the model of its first argument, for tests with several processes. */
async function main(reference: string): Promise<void> {
  const onProgress = ({ waiting }: { waiting?: string }): void => {
    if (waiting !== undefined) process.stdout.write(`${waiting}\n`);
  };
  const { folder } = await download(await planDownload(reference), { onProgress });
  process.stdout.write(`done ${folder}\n`);
}

void main(process.argv[2]!);

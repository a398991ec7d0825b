import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { decodeModel, encodeModel, type Model } from '../../../../src/model/local/graphs/schema';

/** A copy of a model of test/models, to be broken; gone when the file's tests are done. */
export class ModelCopy {
  readonly folder = mkdtempSync(join(tmpdir(), 'rlprompt-model-'));

  constructor(name: string) {
    cpSync(join('test/models', name), this.folder, { recursive: true });
    copies.push(this.folder);
  }

  get reference(): string {
    return `folder:${this.folder}`;
  }

  write(file: string, content: string | Uint8Array): this {
    writeFileSync(join(this.folder, file), content);
    return this;
  }

  json(file: string, change: Record<string, unknown>): this {
    const old = JSON.parse(readFileSync(join(this.folder, file), 'utf8')) as Record<string, unknown>;
    return this.write(file, JSON.stringify({ ...old, ...change }));
  }

  graph(change: (model: Model) => void, file = 'onnx/model.onnx'): this {
    const model = decodeModel(readFileSync(join(this.folder, file)));
    change(model);
    return this.write(file, encodeModel(model));
  }
}

const copies: string[] = [];
afterAll(() => {
  for (const folder of copies) rmSync(folder, { recursive: true, force: true });
});

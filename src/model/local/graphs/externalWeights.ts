import { existsSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, normalize, relative, sep } from 'node:path';
import { ModelError } from '../../modelError';
import { allTensors } from './graphView';
import type { Model } from './schema';

/**
 * The files that hold weights beside a graph's own. ONNX Runtime follows links and refuses files outside the
 * folder that it is given; the Hugging Face cache links every file of a model to one of another name in another folder.
 * So graphs are run with the files' real names, in the innermost folder that holds them all.
 */
export class ExternalWeights {
  private constructor(
    /** Paths as the graph names them. */
    readonly files: readonly string[],
    /** The real folder that graphs are run with. */
    readonly folder: string,
    /** Paths inside that folder, by the graph's own names. */
    private readonly places: ReadonlyMap<string, string>,
  ) {}

  /** @param path the graph's file. @throws ModelError where a file is missing or outside the graph's folder */
  static of(model: Model, path: string): ExternalWeights {
    const names = [...new Set(locations(model).map((entry) => entry.value))];
    const files = names.map((name) => {
      if (isAbsolute(name) || normalize(name).startsWith('..')) throw new ModelError('model.weightsOutside', { file: path, weights: name });
      const file = join(dirname(path), name);
      if (!existsSync(file)) throw new ModelError('model.weightsMissing', { file: path, weights: name, folder: dirname(path) });
      return file;
    });
    if (files.length === 0) return new ExternalWeights([], dirname(path), new Map());
    const real = files.map((file) => realpathSync(file));
    const folder = commonFolder(real);
    if (folder === undefined)
      throw new ModelError('model.weightsOnDrives', { file: path, weights: real.join(', '), folder: dirname(path) });
    const places = real.map((file) => relative(folder, file).split(sep).join('/'));
    return new ExternalWeights(files, folder, new Map(names.map((name, i) => [name, places[i]!])));
  }

  /** Writes the real names into a newly read graph. */
  relocate(model: Model): Model {
    for (const entry of locations(model)) entry.value = this.places.get(entry.value) ?? entry.value;
    return model;
  }
}

function locations(model: Model): { key: string; value: string }[] {
  return [...allTensors(model.graph)].flatMap((tensor) => (tensor.externalData ?? []).filter((entry) => entry.key === 'location'));
}

/** Undefined for files on several drives. */
function commonFolder(files: readonly string[]): string | undefined {
  const inside = (folder: string, file: string): boolean => {
    const path = relative(folder, file);
    return !isAbsolute(path) && path.split(sep)[0] !== '..';
  };
  for (let folder = dirname(files[0]!); ; folder = dirname(folder)) {
    if (files.every((file) => inside(folder, file))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

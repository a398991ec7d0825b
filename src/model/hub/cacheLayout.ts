import { copyFile, mkdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { isCommit } from './reference';

/**
 * One model in the standard Hugging Face cache, as `huggingface_hub` lays it out:
 * `models--OWNER--NAME/blobs/HASH`, `refs/REVISION` (a commit) and `snapshots/COMMIT/PATH` (links to blobs);
 * `.no_exist/COMMIT/PATH` marks files that a commit is known not to have.
 */
export class CachedRepository {
  readonly path: string;
  private readonly locks: string;

  constructor(cache: string, model: string) {
    const name = `models--${model.replace('/', '--')}`;
    this.path = join(cache, name);
    this.locks = join(cache, '.locks', name);
  }

  snapshot(commit: string): string {
    return join(this.path, 'snapshots', commit);
  }

  blob(hash: string): string {
    return join(this.path, 'blobs', hash);
  }

  /** A partly downloaded blob. */
  incomplete(hash: string): string {
    return `${this.blob(hash)}.incomplete`;
  }

  /** Not the name that Python locks with `flock`, which Node lacks. */
  lock(hash: string): string {
    return join(this.locks, `${hash}.rlprompt.lock`);
  }

  /** The commit of a branch or tag when it was last downloaded. */
  async commitOf(revision: string): Promise<string | undefined> {
    if (isCommit(revision)) return revision;
    try {
      const commit = (await readFile(join(this.path, 'refs', revision), 'utf8')).trim();
      return isCommit(commit) ? commit : undefined;
    } catch {
      return undefined;
    }
  }

  async setCommitOf(revision: string, commit: string): Promise<void> {
    if (isCommit(revision)) return;
    const file = join(this.path, 'refs', revision);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, commit);
  }

  async isKnownAbsent(commit: string, path: string): Promise<boolean> {
    return (await sizeOf(join(this.path, '.no_exist', commit, path))) !== undefined;
  }

  async markAbsent(commit: string, path: string): Promise<void> {
    const file = join(this.path, '.no_exist', commit, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, '');
  }

  /**
   * Puts a blob into a snapshot: as a relative link, or, when links are not allowed (Windows), the blob itself if it is new,
   * otherwise a copy; as Python does.
   */
  async place(commit: string, path: string, hash: string, isNew: boolean, link: typeof symlink = symlink): Promise<void> {
    const [blob, file] = [this.blob(hash), join(this.snapshot(commit), path)];
    await mkdir(dirname(file), { recursive: true });
    await rm(file, { force: true });
    try {
      await link(relative(dirname(file), blob), file);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST') return; // another process was faster
      if (!['EPERM', 'EACCES', 'ENOSYS', 'ENOTSUP', 'EINVAL', 'UNKNOWN'].includes(code ?? '')) throw error;
      if (isNew) await rename(blob, file);
      else await copyFile(blob, file);
    }
  }
}

/** A file's size in bytes, following links; undefined when there is none. */
export async function sizeOf(file: string): Promise<number | undefined> {
  try {
    const found = await stat(file);
    return found.isFile() ? found.size : undefined;
  } catch {
    return undefined;
  }
}

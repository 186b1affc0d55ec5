import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { filesBelow, sha256File, syncPath } from '../core/folder/files.ts';
import { requirePlainPath } from '../core/folder/folder.ts';
import { writeFile } from '../core/writing.ts';
import { CensusError } from '../errors.ts';
import type { ReleaseFile } from './data-package.ts';

/**
 * A release while it is made: in a folder beside the one that was named, which is there whole or not at all.
 */
export class ReleaseFolder {
  /** Where files are written meanwhile. */
  readonly path: string;
  readonly #out: string;

  private constructor(out: string) {
    this.#out = out;
    this.path = `${out}.partial`;
  }

  /** @throws CensusError E_INPUT where something is in the folder already, or nothing can be written there */
  static async begin(given: string): Promise<ReleaseFolder> {
    const out = resolve(given);
    requirePlainPath(out);
    const there = await readdir(out).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return [];
      throw new CensusError('E_INPUT', `${out} is not a folder that can be written to`, 'name another one', cause);
    });
    if (there.length > 0)
      throw new CensusError(
        'E_INPUT',
        `${out} holds files already`,
        'name a folder that is not there yet, or empty it',
      );
    const folder = new ReleaseFolder(out);
    await rm(folder.path, { recursive: true, force: true });
    await mkdir(folder.path, { recursive: true }).catch((cause: unknown) => {
      throw new CensusError('E_INPUT', `nothing can be written to ${dirname(out)}`, 'name another folder', cause);
    });
    return folder;
  }

  async write(name: string, content: string): Promise<void> {
    const path = join(this.path, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content, { flush: true });
  }

  /** What a file that was written there is. */
  async file(path: string): Promise<ReleaseFile> {
    const full = join(this.path, path);
    return { path, bytes: (await stat(full)).size, sha256: await sha256File(full) };
  }

  /** Writes SHA256SUMS over everything and gives the folder its name. */
  async end(): Promise<void> {
    const sums: string[] = [];
    for (const path of await filesBelow(this.path)) {
      sums.push(`${await sha256File(join(this.path, path))}  ${path}\n`);
      await syncPath(join(this.path, path));
    }
    await this.write('SHA256SUMS', sums.join(''));
    await rm(this.#out, { recursive: true, force: true });
    await rename(this.path, this.#out);
    await syncPath(dirname(this.#out));
  }

  /** Leaves nothing behind. */
  async abandon(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

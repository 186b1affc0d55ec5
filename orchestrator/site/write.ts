import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { exists } from '../core/folder/files.ts';
import { writeFile } from '../core/writing.ts';
import { CensusError } from '../errors.ts';

const made = '.mptcp-census-site';

/** Writes below one folder, and makes those that are missing once. */
export class SiteFolder {
  readonly #root: string;
  readonly #known = new Set<string>();
  files = 0;

  constructor(root: string) {
    this.#root = root;
  }

  /** @throws CensusError E_INPUT for a folder that holds something else than a site */
  async requireOwn(): Promise<void> {
    const found = (await exists(this.#root)) ? await readdir(this.#root) : [];
    if (found.length > 0 && !(await exists(join(this.#root, made)))) {
      throw new CensusError(
        'E_INPUT',
        `${this.#root} contains files that do not belong to a site`,
        'name another folder: what a site had before is removed from its folder',
      );
    }
  }

  /** Marks the folder as a site's, and removes the site that was there: pages of what is no longer told must go. */
  async empty(): Promise<void> {
    await mkdir(this.#root, { recursive: true });
    await writeFile(join(this.#root, made), 'mptcp-census site makes this folder anew each time.\n');
    for (const name of await readdir(this.#root))
      if (name !== made) await rm(join(this.#root, name), { recursive: true });
  }

  async write(path: string, content: string): Promise<void> {
    const target = join(this.#root, path);
    const folder = dirname(target);
    if (!this.#known.has(folder)) {
      await mkdir(folder, { recursive: true });
      this.#known.add(folder);
    }
    await writeFile(target, content);
    this.files += 1;
  }
}

/** Style and scripts, and what a web server is to say of all pages; they lie beside this file. */
export async function writeAssets(folder: SiteFolder): Promise<void> {
  const from = new URL('./assets/', import.meta.url);
  for (const name of (await readdir(from)).sort()) {
    await folder.write(
      `${/\.(js|css)$/.test(name) ? 'assets' : 'server'}/${name}`,
      await readFile(new URL(name, from), 'utf8'),
    );
  }
}

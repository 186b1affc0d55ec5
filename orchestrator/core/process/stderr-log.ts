import { SaidFile } from './said-file.ts';

/** Characters of what a program says on stderr that are kept: status lines of months. One that floods it would fill the disk. */
const mostKept = 1 << 28;
const leftOut = '[more was said, and is not kept]';

/** What a program says on stderr, as a file. */
export class StderrLog {
  readonly #file: SaidFile;
  readonly #most: number;
  #kept = 0;

  /** @param onFailure the file cannot be written */
  constructor(path: string, onFailure: () => void, most = mostKept) {
    this.#file = new SaidFile(path, 'a', onFailure);
    this.#most = most;
  }

  /** Takes a piece of it; resolves when there is room for more. */
  async write(text: string): Promise<void> {
    if (this.#kept > this.#most) return;
    this.#kept += text.length;
    await this.#file.write(this.#kept > this.#most ? `${leftOut}\n` : text);
  }

  /** @throws what went wrong */
  async close(): Promise<void> {
    await this.#file.close();
  }
}

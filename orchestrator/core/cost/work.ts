import type { Work } from '../progress.ts';

interface Piece {
  done: number;
  of: number;
}

/** The work of a part that takes several programs, one after the other or side by side: each has a name and knows its own share. */
export class WorkTally {
  readonly #pieces = new Map<string, Piece>();
  readonly #waitSeconds: number;
  readonly #tell: (work: Work) => void;

  /** @param waitSeconds how long the last of them waits for late answers */
  constructor(waitSeconds: number, tell: (work: Work) => void) {
    this.#waitSeconds = waitSeconds;
    this.#tell = tell;
  }

  /** Says how much a piece is; said again when it is known better. */
  plan(name: string, of: number): void {
    this.#pieces.set(name, { done: Math.min(of, this.#pieces.get(name)?.done ?? 0), of });
  }

  /** Says how much of a piece is done. */
  done(name: string, done: number): void {
    const piece = this.#pieces.get(name);
    if (piece === undefined) return;
    piece.done = Math.min(piece.of, done);
    this.tell();
  }

  /** The piece is done, whatever was said of it. */
  finish(name: string): void {
    this.done(name, Number.POSITIVE_INFINITY);
  }

  tell(): void {
    let [done, of] = [0, 0];
    for (const piece of this.#pieces.values()) {
      done += piece.done;
      of += piece.of;
    }
    this.#tell({ done, of, waitSeconds: this.#waitSeconds });
  }
}

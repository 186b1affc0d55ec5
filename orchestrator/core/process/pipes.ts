import { createReadStream } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { after } from './timer.ts';

/** The pipes to and from a program. They outlive it when a child that it left behind holds them. */
export class Pipes {
  readonly #input: Writable;
  readonly #outputs: Readable[];
  #released = false;
  #callOff = () => {};

  constructor(input: Writable, outputs: Readable[]) {
    this.#input = input;
    this.#outputs = outputs;
  }

  /** Chunks of one of the outputs, until its end or until it is let go. */
  async *chunks(output: Readable): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of output) yield chunk;
    } catch (error) {
      if (!this.#released) throw error;
    }
  }

  /** Lets go of all that is still held: nobody waits for an end that may never come. */
  release(): void {
    this.#released = true;
    for (const stream of [this.#input, ...this.#outputs]) stream.destroy();
  }

  /** Whether somebody held them beyond the end of the program. */
  released(): boolean {
    return this.#released;
  }

  /** To be called when the program has ended: lets go once nothing came for `graceMs` and all that came was read. */
  releaseWhenQuiet(graceMs: number): void {
    const before = this.bytesRead();
    this.#callOff = after(graceMs, () => {
      const quiet = this.bytesRead() === before && this.#outputs.every((output) => output.readableLength === 0);
      if (quiet) this.release();
      else this.releaseWhenQuiet(graceMs);
    });
  }

  /** All of them have ended: nothing is left to let go of. */
  end(): void {
    this.#callOff();
  }

  /** Of all outputs so far. */
  bytesRead(): number {
    return this.#outputs.reduce((sum, output) => sum + (output instanceof Socket ? output.bytesRead : 0), 0);
  }
}

/** Feeds a file to a program. One that ends before reading all of it is not an error here: its exit code decides. */
export async function feed(into: Writable, path: string | undefined): Promise<void> {
  if (path === undefined) into.end();
  else await pipeline(createReadStream(path), into).catch(() => undefined);
}

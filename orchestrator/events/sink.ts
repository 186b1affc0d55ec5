import { closeSync, constants, createWriteStream, fstatSync, openSync, readSync } from 'node:fs';
import { Socket } from 'node:net';
import { finished, type Writable } from 'node:stream';
import { after } from '../core/process/timer.ts';
import { CensusError } from '../errors.ts';
import type { CensusEvent } from './event.ts';

/** Bytes that may wait for a slow reader before progress is dropped, and before it is given up. */
const waiting = { progress: 1 << 20, all: 1 << 26 };
const flushMs = 5000;

/** What every event begins with, of whichever version. */
const beginning = '{"events_version":';

/** true for a file that has no event at its beginning: a configuration, a list or a manifest that was named by mistake would be ruined. */
function holdsOthers(path: string, size: number): boolean {
  if (size === 0) return false;
  const fd = openSync(path, 'r');
  try {
    const head = Buffer.alloc(beginning.length);
    readSync(fd, head, 0, head.length, 0);
    return head.toString('latin1') !== beginning;
  } finally {
    closeSync(fd);
  }
}

/**
 * Where events go. A named pipe is opened without waiting for its reader, and written without waiting either: a census stands still for
 * nobody who watches it.
 * @throws CensusError E_OUTPUT when the file cannot be written, or holds anything but events, or nobody reads the pipe
 */
export function openEvents(path: string): Writable {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK } = constants;
  try {
    const fd = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, 0o640);
    const stat = fstatSync(fd);
    if (stat.isFIFO()) return new Socket({ fd, readable: false, writable: true });
    const isOther = stat.isFile() && holdsOthers(path, stat.size);
    if (!isOther && (stat.isFile() || stat.isCharacterDevice())) return createWriteStream(path, { fd });
    closeSync(fd);
    throw new Error(isOther ? 'it holds something else than events' : 'it is neither a file nor a pipe');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : null;
    const why = code === 'ENXIO' ? 'nobody reads the pipe' : cause instanceof Error ? cause.message : String(cause);
    const hint =
      code === 'ENXIO' ? 'start its reader first' : 'name a file that can be written, or - for standard output';
    throw new CensusError('E_OUTPUT', `the events cannot be written to ${path}: ${why}`, hint, cause);
  }
}

/** Writes events as lines of JSON for as long as somebody takes them. */
export class EventSink {
  readonly #stream: Writable;
  readonly #own: boolean;
  #open = true;
  #failed = false;

  /**
   * @param own the stream is closed at the end: it is not standard output
   * @param lost hears once why no more is written; null: the reader went away
   */
  constructor(stream: Writable, own: boolean, lost: (why: string | null) => void) {
    this.#stream = stream;
    this.#own = own;
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (this.#failed) return;
      this.#failed = true;
      this.#open = false;
      lost(error.code === 'EPIPE' ? null : error.message);
    });
  }

  readonly write = (event: CensusEvent): void => {
    const { writableLength } = this.#stream;
    if (!this.#open || writableLength > waiting.all) return;
    if (event.type === 'stage_progress' && writableLength > waiting.progress) return;
    this.#stream.write(`${JSON.stringify(event)}\n`);
  };

  /** Waits for a slow reader, but not for one that has stopped reading. */
  async end(): Promise<void> {
    if (!this.#open) return;
    await new Promise<void>((resolve) => {
      const callOff = after(flushMs, resolve);
      const done = () => {
        callOff();
        resolve();
      };
      if (!this.#own) return this.#stream.write('', done);
      // Not in the callback of `end`: errors may come after it.
      finished(this.#stream, done);
      this.#stream.end();
    });
    if (this.#own) this.#stream.destroy();
    this.#open = false;
  }
}

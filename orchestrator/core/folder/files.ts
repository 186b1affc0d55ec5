import { createHash, type Hash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { naming } from '../../errors.ts';
import { mostRowBytes, RowJson } from '../rows/row-json.ts';
import { Block } from '../sort/blocks.ts';
import { writeFile } from '../writing.ts';
import { requireInPlace } from './folder.ts';

/** What to go on with where a path is not there. Whatever else keeps it from being read, a closed folder or a failing disk, is no absence. */
export function ifMissing<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR'].includes(String(error.code))) return value;
    throw error;
  };
}

/**
 * true when the path exists.
 * @throws Error of the system where that cannot be told
 */
export async function exists(path: string): Promise<boolean> {
  return await stat(path).then(() => true, ifMissing(false));
}

/** Whether a path can be seen to exist: false too where that cannot be told. For what is read only if it is there. */
export async function isSeen(path: string): Promise<boolean> {
  return await exists(path).catch(() => false);
}

const pieceBytes = 1 << 18;

/** Bytes of a file in pieces. All lie in one place, each until the next is asked for: fresh memory for each costs more than to read it. */
export async function* pieces(path: string): AsyncGenerator<Buffer> {
  const file = await open(path);
  try {
    const place = Buffer.allocUnsafeSlow(pieceBytes);
    for (;;) {
      const { bytesRead } = await file.read(place, 0, pieceBytes, null);
      if (bytesRead === 0) return;
      yield place.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** sha256 of a file, read in pieces. */
export async function sha256File(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of pieces(path)) hash.update(piece);
  return hash.digest('hex');
}

/** true when all files are there with the content that they were written with: sha256 by path, relative to the folder. */
export async function areWhole(folder: string, files: Record<string, string>): Promise<boolean> {
  for (const [file, sha256] of Object.entries(files)) {
    const path = join(folder, file);
    if (!(await exists(path)) || (await sha256File(path)) !== sha256) return false;
  }
  return true;
}

export function sha256Of(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Every file below a folder, relative, sorted; empty when the path is no folder. */
export async function filesBelow(folder: string): Promise<string[]> {
  if (!(await stat(folder).catch(ifMissing(null)))?.isDirectory()) return [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

/** Waits until what is at a path is on disk: of a folder, which names it holds. */
export async function syncPath(path: string): Promise<void> {
  const opened = await open(path, 'r');
  try {
    await opened.sync();
  } finally {
    await opened.close();
  }
}

/**
 * Makes a folder and those above it; the names of new ones are on disk.
 * @throws CensusError E_RUN_FOLDER in a run folder that was moved away meanwhile: it is not made anew
 */
export async function makeFolder(path: string): Promise<void> {
  await requireInPlace(path);
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  for (let made = resolve(path); made.length >= resolve(first).length; made = dirname(made)) {
    await syncPath(dirname(made));
  }
}

/** Gives a file or folder its name for good: after a power cut too it is there, if anything that was written later is. */
export async function renameForGood(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncPath(dirname(to));
}

/** Gives a folder its name once all that is in it is on disk, and the name after that. */
export async function renameWhole(from: string, to: string): Promise<void> {
  const below = await readdir(from, { recursive: true, withFileTypes: true });
  for (const entry of below) {
    if (entry.isFile() || entry.isDirectory()) await syncPath(join(entry.parentPath, entry.name));
  }
  await syncPath(from);
  await renameForGood(from, to);
}

/** Writes beside and renames, after the bytes are on disk: a reader sees the old file or the new one. A link that lies beside is not followed. */
export async function writeWhole(path: string, content: string | Buffer): Promise<void> {
  await makeFolder(dirname(path));
  const beside = `${path}.tmp`;
  await rm(beside, { force: true });
  await writeFile(beside, content, { flag: 'wx', flush: true });
  await renameForGood(beside, path);
}

const batchBytes = 1 << 16;
const lineEnd = 0x0a;

/** NDJSON file that appears under its name only when it is whole; counts lines and hashes as it goes. */
export class LineWriter {
  readonly #path: string;
  readonly #stream: WriteStream;
  readonly #hash: Hash = createHash('sha256');
  #batch = '';
  /** Rows go there, and from then on every line. */
  #rows: { block: Block; json: RowJson } | null = null;
  /** What went wrong, such as a full disk: thrown by whoever writes next. */
  #failure: Error | null = null;
  lines = 0;

  private constructor(path: string) {
    this.#path = path;
    this.#stream = createWriteStream(`${path}.tmp`, { flags: 'wx' });
    this.#stream.on('error', (error) => {
      this.#failure = naming(`${path}.tmp`, error);
    });
  }

  static async create(path: string): Promise<LineWriter> {
    await makeFolder(dirname(path));
    await rm(`${path}.tmp`, { force: true });
    const writer = new LineWriter(path);
    await once(writer.#stream, 'open');
    return writer;
  }

  async write(line: string): Promise<void> {
    this.add(line);
    await this.drain();
  }

  /** Takes a line without waiting; `drain` must follow before there are too many to hold. */
  add(line: string): void {
    if (this.#rows === null) this.#batch += `${line}\n`;
    else this.#rows.block.text(`${line}\n`);
    this.lines += 1;
  }

  /** Takes a row without waiting, as add(JSON.stringify(row)) does, in half the time. */
  addRow(row: unknown): void {
    const { block, json } = this.#forRows();
    const { block: bytes, at } = block.room(mostRowBytes);
    const end = json.write(row, bytes, at);
    if (end === -1) {
      this.add(JSON.stringify(row));
      return;
    }
    bytes[end] = lineEnd;
    block.keep(end + 1);
    this.lines += 1;
  }

  #forRows(): { block: Block; json: RowJson } {
    if (this.#rows === null) {
      this.#pass(Buffer.from(this.#batch));
      this.#batch = '';
      this.#rows = { block: new Block((bytes) => this.#pass(Buffer.from(bytes))), json: new RowJson() };
    }
    return this.#rows;
  }

  /** What was added is enough for a write. */
  get isFull(): boolean {
    return this.#batch.length >= batchBytes;
  }

  /** Writes what was added once it is enough for a write. */
  async drain(): Promise<void> {
    if (this.isFull) await this.#flush();
    else await this.#wait();
  }

  #pass(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#hash.update(bytes);
    this.#stream.write(bytes);
  }

  async #flush(): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    this.#pass(Buffer.from(this.#batch));
    this.#batch = '';
    await this.#wait();
  }

  /** Waits where the stream was given more than it takes at once. */
  async #wait(): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    if (this.#stream.writableNeedDrain) await once(this.#stream, 'drain');
  }

  /** Ends the file, renames it into place and gives its sha256. */
  async finish(): Promise<string> {
    this.#rows?.block.close();
    await this.#flush();
    this.#stream.end();
    if (!this.#stream.closed) await once(this.#stream, 'close');
    if (this.#failure !== null) throw this.#failure;
    await syncPath(`${this.#path}.tmp`);
    await renameForGood(`${this.#path}.tmp`, this.#path);
    return this.#hash.digest('hex');
  }
}

import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip, type Gzip } from 'node:zlib';
import { naming } from '../../errors.ts';
import { AlikeLines } from '../json/alike-lines.ts';
import { lineBatches, placedLines } from '../process/lines.ts';
import type { RawRow } from '../tool.ts';
import { exists, filesBelow, makeFolder, pieces, renameForGood, sha256File } from './files.ts';

/** Raw files are compressed under this ending when their part is done. */
export const packed = '.gz';
/** Smaller files stay as they are: a page of the disk holds them anyway, and people read them. */
const leastBytes = 4096;
/** Written by core itself, and read by it as they are. */
const neverPacked: ReadonlySet<string> = new Set(['commands.json', 'asked.ndjson', 'skipped.ndjson']);
const chunkBytes = 1 << 18;
/** 75 bytes a reply at 2.3 us; level 6 gives 67 at 7 us. */
const gzipLevel = 2;

/** Where a raw file lies: as it was written, or compressed. The former wins: it goes only after the latter is whole. */
async function placeOf(path: string): Promise<{ path: string; gzip: boolean }> {
  if (await exists(path)) return { path, gzip: false };
  return (await exists(path + packed)) ? { path: path + packed, gzip: true } : { path, gzip: false };
}

/** true when a raw file is there, in either form. */
export async function rawExists(path: string): Promise<boolean> {
  return (await exists(path)) || (await exists(path + packed));
}

/** Where a raw file lies, for programs that read both forms themselves. */
export async function rawPath(path: string): Promise<string> {
  return (await placeOf(path)).path;
}

/** Bytes of a raw file as its program wrote them. */
export async function rawStream(path: string): Promise<Readable> {
  const place = await placeOf(path);
  const file = createReadStream(place.path, { highWaterMark: chunkBytes });
  if (!place.gzip) return file;
  const plain = createGunzip({ chunkSize: chunkBytes });
  // pipe alone passes no error on: a file that is gone would hang its reader
  file.on('error', (error) => plain.destroy(error));
  return file.pipe(plain);
}

/** The same in pieces, each only until the next is asked for. */
async function rawPieces(path: string): Promise<AsyncIterable<Buffer>> {
  const place = await placeOf(path);
  return place.gzip ? await rawStream(path) : pieces(place.path);
}

/** The whole text of a raw file. */
export async function rawText(path: string): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of await rawStream(path)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** Raw files of a folder, relative, sorted, by the names that their programs gave them. */
export async function rawNames(folder: string): Promise<string[]> {
  const names = (await filesBelow(folder)).map((name) =>
    name.endsWith(packed) ? name.slice(0, -packed.length) : name,
  );
  return [...new Set(names)];
}

/** A file being compressed while it is read for something else. */
class Packing {
  readonly #gzip: Gzip = createGzip({ level: gzipLevel, chunkSize: chunkBytes });
  readonly #hash = createHash('sha256');
  readonly #written: Promise<void>;

  constructor(to: string, mode: number) {
    this.#gzip.on('data', (chunk: Buffer) => this.#hash.update(chunk));
    this.#written = pipeline(this.#gzip, createWriteStream(to, { mode, flush: true })).catch((error) => {
      throw naming(to, error);
    });
    this.#written.catch(() => undefined); // told by whoever writes next
  }

  /** Takes bytes; when it is done they may be written over. */
  async write(bytes: Buffer): Promise<void> {
    const taken = new Promise<void>((resolve, reject) => {
      this.#gzip.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
    await Promise.race([taken, this.#written]);
  }

  /** Gives the sha256 of the compressed file. */
  async end(): Promise<string> {
    this.#gzip.end();
    await this.#written;
    return this.#hash.digest('hex');
  }

  drop(): void {
    this.#gzip.destroy();
  }
}

/**
 * Reads the raw files of a part, each once: what is read is hashed on the way, and compressed into `temp` at the same time. Without a
 * `temp` (a replay, which changes nothing in the run) they are read and hashed only.
 */
export class RawReader {
  readonly #folder: string;
  readonly #temp: string | null;
  readonly #sha256 = new Map<string, string>();
  readonly #packed = new Map<string, string>();
  readonly #packedSha256 = new Map<string, string>();

  constructor(folder: string, temp: string | null) {
    this.#folder = folder;
    this.#temp = temp;
  }

  /** Lines of one file, all of a chunk at once. */
  lines(name: string): AsyncGenerator<string[]> {
    return lineBatches(this.#read(name));
  }

  /**
   * Rows of a file of JSON, all of a piece at once.
   * @param complete see Form.of
   */
  async *rows(name: string, complete?: (row: unknown) => unknown): AsyncGenerator<Iterable<RawRow>> {
    const alike = new AlikeLines(complete);
    for await (const batch of placedLines(this.#read(name))) yield alike.rows(batch);
  }

  async *#read(name: string): AsyncGenerator<Buffer> {
    const hash = createHash('sha256');
    const packing = await this.#packing(name);
    let whole = false;
    try {
      for await (const bytes of await rawPieces(join(this.#folder, name))) {
        hash.update(bytes);
        await packing?.gzip.write(bytes);
        yield bytes;
      }
      if (packing !== null) this.#packedSha256.set(name, await packing.gzip.end());
      whole = true;
    } finally {
      if (!whole) packing?.gzip.drop();
    }
    this.#sha256.set(name, hash.digest('hex'));
    if (packing !== null) this.#packed.set(name, packing.to);
  }

  /** null for a file that stays as it is. */
  async #packing(name: string): Promise<{ gzip: Packing; to: string } | null> {
    const path = join(this.#folder, name);
    if (this.#temp === null || neverPacked.has(name) || !(await exists(path))) return null;
    const { size, mode } = await stat(path);
    if (size < leastBytes) return null;
    const to = join(this.#temp, name) + packed;
    await makeFolder(dirname(to));
    return { gzip: new Packing(to, mode), to };
  }

  /** sha256 of every raw file as its program wrote it; those that nobody has read yet are read now. */
  async sha256(): Promise<Record<string, string>> {
    const names = await rawNames(this.#folder);
    for (const name of names) {
      if (this.#sha256.has(name)) continue;
      for await (const _ of this.#read(name));
    }
    return Object.fromEntries(names.map((name) => [name, this.#sha256.get(name) ?? '']));
  }

  /** sha256 of every compressed file as it lies there, or will once it is put there. */
  async packedSha256(): Promise<Record<string, string>> {
    const sums: Record<string, string> = {};
    for (const name of await rawNames(this.#folder)) {
      const path = join(this.#folder, name) + packed;
      const sum = this.#packedSha256.get(name) ?? ((await exists(path)) ? await sha256File(path) : null);
      if (sum !== null) sums[name] = sum;
    }
    return sums;
  }

  /**
   * Puts the compressed files in the place of what they were made from. A kill in between leaves both or the first: each was on disk
   * before it got its name, and its name before the other one goes.
   */
  async pack(): Promise<void> {
    for (const [name, from] of this.#packed) {
      const path = join(this.#folder, name);
      await renameForGood(from, path + packed);
      await rm(path);
    }
    this.#packed.clear();
  }
}

/** Stands for a line whose party was purged, where a program's own count of its lines is compared with what is there. */
export const purgedLine = '{"purged":1}';

/** true for a row whose party was purged. */
export function isPurged({ line }: RawRow): boolean {
  return line === purgedLine;
}

/** Lines but for those whose party was purged. */
export function unpurged(lines: string[]): string[] {
  return lines.includes(purgedLine) ? lines.filter((line) => line !== purgedLine) : lines;
}

import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

/** Bytes read at a time: what was just read is still in the processor's cache when it is summed. */
const PIECE = 1 << 20;
/** Pieces under way while the ones before are looked at: reading takes longer than all else that is done to load a table. */
const AHEAD = 3;

/** A file that is read and summed from its start on, into one allocation, some pieces ahead of whoever asks for its bytes. */
export class CacheFile {
  /** As long as the file; filled up to `there`. Arrays in it are aligned as they are in the file. */
  readonly data: Buffer;
  readonly #handle: FileHandle;
  readonly #checkedFrom: number;
  readonly #underWay: Promise<{ bytesRead: number }>[] = [];
  #asked = 0;
  #there = 0;
  #checksum = 0;

  private constructor(handle: FileHandle, size: number, checkedFrom: number) {
    this.#handle = handle;
    this.#checkedFrom = checkedFrom;
    this.data = Buffer.from(new ArrayBuffer(size));
    for (let i = 0; i < AHEAD; i++) this.#ask();
  }

  /** Opens a file whose bytes from `checkedFrom` on (at most PIECE) are summed. Whoever opens it closes it. */
  static async open(path: string, checkedFrom: number): Promise<CacheFile> {
    const handle = await open(path);
    try {
      const { size } = await handle.stat();
      return new CacheFile(handle, size, checkedFrom);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Waits until the bytes before `end` are there; returns how many are, fewer when the file has no more. */
  async readTo(end: number): Promise<number> {
    while (this.#there < end) {
      const piece = this.#underWay.shift();
      if (piece === undefined) break;
      const { bytesRead } = await piece;
      this.#ask();
      this.#add(bytesRead);
    }
    return this.#there;
  }

  /** CRC-32 of the whole file from `checkedFrom` on. */
  async checksum(): Promise<number> {
    await this.readTo(this.data.length);
    return this.#checksum;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  #ask(): void {
    const at = this.#asked;
    const length = Math.min(PIECE, this.data.length - at);
    if (length === 0) return;
    this.#asked += length;
    const piece = readFully(this.#handle, this.data, at, length);
    piece.catch(() => undefined); // told to whoever waits for it
    this.#underWay.push(piece);
  }

  #add(bytes: number): void {
    const from = Math.max(this.#there, this.#checkedFrom);
    this.#there += bytes;
    // zlib begins anew at an empty piece
    if (this.#there > from) this.#checksum = crc32(this.data.subarray(from, this.#there), this.#checksum);
  }
}

/** Fewer bytes than asked for only where the file became shorter. */
async function readFully(handle: FileHandle, data: Buffer, at: number, length: number): Promise<{ bytesRead: number }> {
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(data, at + done, length - done, at + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return { bytesRead: done };
}

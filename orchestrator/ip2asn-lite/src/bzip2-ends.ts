/** What stands before the checksum at the end of a stream: 48 bits that begin at any bit of a byte. */
const END = 0x177245385090n;
const CHECKSUM_BITS = 32;
const STREAM = Buffer.from('BZh');

/** The mark as bytes, from this bit of a byte on: those in the middle are whole, of the first and last some bits count. */
interface Shifted {
  shift: number;
  whole: Buffer;
  first: number;
  last: number;
}

const shifts = Array.from({ length: 8 }, (_, shift): Shifted => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(END << BigInt(16 - shift));
  return { shift, whole: bytes.subarray(1, 6), first: bytes[0] ?? 0, last: bytes[6] ?? 0 };
});
/** From the first byte of a mark to the bytes behind its stream, at most. */
const REACH = 7 + CHECKSUM_BITS / 8 + 1 + STREAM.length;

/**
 * Looks for what stands behind the end of a bzip2 stream and is no other stream. The programs leave it out: bzip2 with a warning and
 * lbzip2 without a word, even where it is a stream with a damaged beginning, and half of the file.
 */
export class Bzip2Ends {
  #held: Buffer = Buffer.alloc(0);
  /** A mark may be a chance of the packed bits, once in 350,000 files of 100 MB: bzip2 then knows better. */
  isSuspect = false;

  push(chunk: Buffer): void {
    const bytes = Buffer.concat([this.#held, chunk]);
    this.#look(bytes, false);
    this.#held = bytes.subarray(Math.max(0, bytes.length - REACH));
  }

  end(): void {
    this.#look(this.#held, true);
  }

  #look(bytes: Buffer, isEnd: boolean): void {
    for (const shifted of shifts) {
      for (let at = bytes.indexOf(shifted.whole, 1); at !== -1; at = bytes.indexOf(shifted.whole, at + 1)) {
        const behind = behindMark(bytes, at, shifted);
        if (behind === null || (behind + STREAM.length > bytes.length && !isEnd)) continue;
        const rest = bytes.subarray(behind, behind + STREAM.length);
        if (rest.length > 0 && !rest.equals(STREAM)) this.isSuspect = true;
      }
    }
  }
}

/** Where the bytes behind a stream begin whose mark has its second byte here; null where it is no mark. */
function behindMark(bytes: Buffer, at: number, { shift, whole, first, last }: Shifted): number | null {
  const before = (bytes[at - 1] ?? 0) & (0xff >> shift);
  const after = (bytes[at + whole.length] ?? 0) & (0xff00 >> shift) & 0xff;
  if (before !== first || after !== last) return null;
  return at - 1 + Math.ceil((shift + 48 + CHECKSUM_BITS) / 8);
}

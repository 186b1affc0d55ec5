import { createReadStream } from 'node:fs';
import { filtered } from '../process/filter.ts';
import type { Program } from '../tool.ts';
import { gunzip } from './gzip.ts';
import { type Peeked, peek } from './peek.ts';
import { openZip } from './zip.ts';

const headSize = 1024;

/** A decompressor: bytes in, bytes out. */
function decompressor(name: string, apt: string): Program {
  return { name, apt, version: { args: ['--version'], pattern: /(\d+\.\d[\d.]*)/ }, privileges: null, okExits: [0] };
}

/** bzip2, of bytes behind a stream that it takes for no other one: a damaged beginning is enough, and half of a file is left out. */
const leavesOut = /trailing garbage/;
/** zstd, of a sound file that it unpacks only when it is allowed the memory, or given the dictionary. */
const asksFor = /--long|--memory|dictionary/i;

/** A way in which a file is packed, told by its first bytes and never by its name. */
interface Packing {
  name: string;
  is: (head: Buffer) => boolean;
  /** Who unpacks it: this process, a program, or nobody here. */
  by: 'zip' | 'gzip' | Program | null;
}

function begins(hex: string): (head: Buffer) => boolean {
  const magic = Buffer.from(hex, 'hex');
  return (head) => head.subarray(0, magic.length).equals(magic);
}

/** Frames that are to be skipped may stand in front. */
function isZstd(head: Buffer): boolean {
  const skippable = ((head[0] ?? 0) & 0xf0) === 0x50 && begins('2a4d18')(head.subarray(1));
  return skippable || begins('28b52ffd')(head);
}

const packings: readonly Packing[] = [
  { name: 'zip', is: (head) => begins('504b0304')(head) || begins('504b0506')(head), by: 'zip' },
  { name: 'gzip', is: begins('1f8b'), by: 'gzip' },
  { name: 'bzip2', is: (head) => /^BZh[1-9]/.test(head.toString('latin1', 0, 4)), by: decompressor('bzip2', 'bzip2') },
  { name: 'xz', is: begins('fd377a585a00'), by: decompressor('xz', 'xz-utils') },
  { name: 'zstd', is: isZstd, by: decompressor('zstd', 'zstd') },
  { name: 'lz4', is: (head) => begins('04224d18')(head) || begins('02214c18')(head), by: null },
  { name: 'lzip', is: begins('4c5a4950'), by: null },
  { name: 'lzma', is: (head) => begins('5d0000')(head) && head.includes(0, 3), by: null },
  { name: 'packed by compress', is: begins('1f9d'), by: null },
  { name: 'a 7z archive', is: begins('377abcaf271c'), by: null },
  { name: 'a rar archive', is: begins('526172211a07'), by: null },
  { name: 'an old office document', is: begins('d0cf11e0a1b11ae1'), by: null },
  { name: 'an SQLite database', is: begins('53514c69746520666f726d617420'), by: null },
  { name: 'a tar archive', is: (head) => head.toString('latin1', 257, 262) === 'ustar', by: null },
  { name: 'a PDF', is: begins('25504446'), by: null },
  { name: 'a Parquet file', is: begins('50415231'), by: null },
  { name: 'an HTML page', is: (head) => markup(head) === 'html', by: null },
  { name: 'an error message in XML, as object stores send it', is: (head) => markup(head) === 'error', by: null },
  { name: 'an XML document', is: (head) => markup(head) !== null, by: null },
  { name: 'a pointer of Git LFS', is: (head) => textOf(head).startsWith('version https://git-lfs.'), by: null },
  { name: 'JSON', is: (head) => /^\s*[[{]\s*["{[]/.test(textOf(head)), by: null },
];

function textOf(head: Buffer): string {
  return head.toString('latin1').replace(/^\xef\xbb\xbf/, '');
}

/**
 * What a text in angle brackets is: the name of its first element, in lower case, behind declarations and comments; html for what a page
 * begins with, whatever else it lacks; null for other text.
 */
function markup(head: Buffer): string | null {
  const text = textOf(head);
  if (!/^\s*<[a-z!?]/i.test(text)) return null;
  const [, name = 'html'] = /^(?:\s|<\?[^>]*>|<!--[\s\S]*?-->)*<([a-z][\w.:-]*)/i.exec(text) ?? [];
  const isXml = /^\s*<\?xml/i.test(text) || name === 'Error' || /^<[^>]*\sxmlns=/.test(text.trimStart());
  return isXml && !/^html$/i.test(name) ? name.toLowerCase() : 'html';
}

function packingOf(head: Buffer, allowed: string | null): Packing | null {
  return packings.find(({ name, is }) => name !== allowed && is(head)) ?? null;
}

/** A file without what it was packed in. */
export interface Unpacked extends Peeked {
  /** What was taken off, outermost first: "gzip", "zip: top-1m.csv". */
  packed: string[];
}

function refuse({ name }: Packing, packed: string[]): never {
  const where = packed.length === 0 ? 'it is' : `in the ${packed.join(', ')} is`;
  throw new Error(`${where} ${name}, no list of lines`);
}

async function unpackedFrom(path: string, { chunks }: Peeked, packing: Packing): Promise<Unpacked> {
  const { by, name } = packing;
  if (by === null || by === 'zip') await chunks.return(undefined);
  if (by === null) return refuse(packing, []);
  if (by === 'zip') {
    // Its table of contents stands at its end.
    if (path === '-') throw new Error('a zip archive cannot be read from stdin: unpack it, or name the file');
    const { member, chunks: inside } = await openZip(path);
    return { ...(await peek(inside, headSize)), packed: [`zip: ${member}`] };
  }
  const filter = { args: ['-dc'], file: path, leavesOut, asksFor };
  const plain = by === 'gzip' ? gunzip(chunks) : filtered({ program: by, ...filter }, chunks);
  return { ...(await peek(plain, headSize)), packed: [name] };
}

/**
 * Opens a file, or stdin for -, and whatever it is packed in, told by content.
 * @param allowed what it may be beside lines
 * @throws Error for an archive or document of another kind, CensusError without the program that unpacks it
 */
export async function openUnpacked(path: string, allowed: 'JSON' | null = null): Promise<Unpacked> {
  return await unpacked(path === '-' ? process.stdin : createReadStream(path), { path, allowed });
}

/**
 * The same of a stream, such as standard input.
 * @param path where it lies as a file; - for what lies nowhere
 */
export async function unpacked(
  source: AsyncIterable<Uint8Array>,
  { path, allowed }: { path: string; allowed: 'JSON' | null },
): Promise<Unpacked> {
  const outer = await peek(source, headSize);
  const packing = packingOf(outer.head, allowed);
  if (packing === null) return { ...outer, packed: [] };
  const inner = await unpackedFrom(path, outer, packing);
  const nested = packingOf(inner.head, allowed);
  if (nested !== null) {
    await inner.chunks.return(undefined);
    refuse(nested, inner.packed);
  }
  return inner;
}

/** The program that a file needs to be unpacked; null where none is needed, or the file is not there. */
export async function unpackerOf(path: string): Promise<Program | null> {
  const { head, chunks } = await peek(createReadStream(path, { end: headSize - 1 }), headSize);
  await chunks.return(undefined);
  const by = packingOf(head, null)?.by ?? null;
  return typeof by === 'object' ? by : null;
}

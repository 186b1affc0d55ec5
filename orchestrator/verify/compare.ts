import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { z } from 'zod';
import { openSeal } from '../core/folder/sealed.ts';
import type { Expected, Finding } from './finding.ts';

const chunkBytes = 1 << 18;

/** Called with every number of bytes read. */
export type Read = (bytes: number) => void;

function counting(read: Read, hash: ReturnType<typeof createHash>): Transform {
  return new Transform({
    transform(chunk: Buffer, _, done) {
      read(chunk.length);
      hash.update(chunk);
      done(null, chunk);
    },
  });
}

/** sha256 of a file, and of what is compressed in it; that is null where it cannot be unpacked. Read once, as a stream. */
async function digests(path: string, gzip: boolean, read: Read): Promise<{ file: string; plain: string | null }> {
  const file = createHash('sha256');
  const plain = createHash('sha256');
  const source = createReadStream(path, { highWaterMark: chunkBytes });
  async function take(chunks: AsyncIterable<Buffer>): Promise<void> {
    for await (const chunk of chunks) plain.update(chunk);
  }
  if (!gzip) {
    await pipeline(source, counting(read, file), take);
    return { file: file.digest('hex'), plain: null };
  }
  try {
    await pipeline(source, counting(read, file), createGunzip({ chunkSize: chunkBytes }), take);
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')) {
      return { file: '', plain: null };
    }
    throw error;
  }
  return { file: file.digest('hex'), plain: plain.digest('hex') };
}

/** What is wrong with a sealed file; null when nothing is. */
async function sealFault(path: string, name: string, says: z.ZodType | undefined): Promise<string | null> {
  try {
    const { value, seal } = openSeal(name, await readFile(path, 'utf8'));
    if (seal === 'broken') return 'was changed, or put in the place of another, after it was written';
    if (seal === 'whole') return null;
    const isOne = says === undefined || says.safeParse(value).success;
    return isOne ? 'unhashed' : 'was put in the place of another, or does not say what it has to';
  } catch (error) {
    if (error instanceof SyntaxError) return 'is no JSON';
    throw error;
  }
}

async function contentFault(path: string, expected: Expected, read: Read): Promise<string | null> {
  if (expected.seal !== undefined) return await sealFault(path, expected.seal, expected.says);
  if (expected.sha256 === null && expected.plain === undefined) return 'unhashed';
  const { file, plain } = await digests(path, expected.plain !== undefined, read);
  if (expected.plain !== undefined && plain === null) return 'cannot be unpacked';
  if (expected.plain !== undefined && plain !== expected.plain) {
    return `holds other content: sha256 ${plain}, written was ${expected.plain}`;
  }
  if (expected.sha256 === null) return 'unhashed';
  if (expected.sha256.includes(file)) return null;
  return `has other content: sha256 ${file}, written was ${expected.sha256.at(-1)}`;
}

const unhashed = 'is there, and not hashed by the version that wrote it';

/** Compares a file with what is known of it; null when it is what was written. */
export async function compare(root: string, expected: Expected, read: Read): Promise<Finding | null> {
  const path = join(root, expected.path);
  const found = (told: Finding['told'], why: string): Finding => ({ ...expected, told, why });
  const there = await stat(path).catch(() => null);
  if (there === null) return found('missing', 'is gone');
  if (!there.isFile()) return found('differs', 'is not a plain file');
  try {
    const fault = await contentFault(path, expected, read);
    if (fault === null) return null;
    return fault === 'unhashed' ? found('unhashed', unhashed) : found('differs', fault);
  } catch (error) {
    return found('differs', `cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

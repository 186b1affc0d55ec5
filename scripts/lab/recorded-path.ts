import { access } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { RECORDED } from './fingerprints.ts';

/** The PATH under which a recorded document takes the place of the program that it is of; nothing where a lab has none. */
export async function recordedPath(data: string): Promise<{ PATH?: string }> {
  const there = await access(path.join(data, RECORDED)).then(
    () => true,
    () => false,
  );
  return there ? { PATH: `${fileURLToPath(new URL('recorded', import.meta.url))}:${process.env.PATH}` } : {};
}

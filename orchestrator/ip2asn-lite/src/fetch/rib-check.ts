import { open } from 'node:fs/promises';
import { Ip2AsnError } from '../errors.ts';
import { looksLikeMrt } from '../formats/mrt.ts';
import { shown } from './http.ts';

/** A server may answer 200 with a page of words. */
export async function requireRib(path: string, url: string): Promise<void> {
  const handle = await open(path);
  try {
    const head = Buffer.alloc(12);
    const { bytesRead } = await handle.read(head, 0, 12, 0);
    const isGzip = head[0] === 0x1f && head[1] === 0x8b;
    if (isGzip || head.toString('latin1', 0, 3) === 'BZh' || looksLikeMrt(head.subarray(0, bytesRead))) return;
    throw new Ip2AsnError(
      'FETCH_FAILED',
      `${shown(url)} is no RIB: it begins with ${JSON.stringify(head.toString('latin1', 0, bytesRead))}`,
    );
  } finally {
    await handle.close();
  }
}
